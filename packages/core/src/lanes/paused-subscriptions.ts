import { CatgaError } from '../errors/catga-error.js';
import type { RecordStore } from '../ports/record-store.js';
import { PAUSED } from './lane-keys.js';

/** Tries of a compare-and-set before others are to blame. */
const MOST_TRIES = 16;

/** Paused subscriptions, in one record that every node reads periodically. */
export class PausedSubscriptions {
  private ids: ReadonlySet<string> = new Set();
  private looks = 0;
  /** Number of the latest applied read. Later reads have newer data. */
  private lastLook = 0;

  constructor(
    private readonly records: RecordStore,
    /** Called when subscriptions were paused or resumed. */
    private readonly onChange: () => void,
  ) {}

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Reads the paused subscriptions. */
  async look(): Promise<void> {
    const look = ++this.looks;
    const { ids } = await this.read();
    if (look < this.lastLook) return;
    this.lastLook = look;
    const isSame = ids.size === this.ids.size && [...ids].every((id) => this.ids.has(id));
    this.ids = ids;
    if (!isSame) this.onChange();
  }

  /** Pauses or resumes a subscription. Resolves with whether that changed anything. */
  async set(id: string, isPaused: boolean): Promise<boolean> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const { ids, version } = await this.read();
      if (ids.has(id) === isPaused) return false;
      const changed = isPaused ? [...ids, id] : [...ids].filter((one) => one !== id);
      const value = Buffer.from(JSON.stringify(changed));
      if ((await this.records.write(PAUSED, value, version)) === undefined) continue;
      await this.look();
      return true;
    }
    throw new CatgaError(
      'CATGA_ENGINE_UNAVAILABLE',
      `The record of paused subscriptions had too many conflicting writes while '${id}' was to be ${isPaused ? 'paused' : 'resumed'}.`,
      { details: { id } },
    );
  }

  private async read(): Promise<{ readonly ids: ReadonlySet<string>; readonly version: number }> {
    const record = await this.records.read(PAUSED);
    return { ids: new Set(record && namesIn(record.value)), version: record?.version ?? 0 };
  }
}

/** Decodes a record; an invalid one is empty. */
function namesIn(value: Uint8Array): readonly string[] {
  try {
    const names: unknown = JSON.parse(Buffer.from(value).toString());
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
