import type { OutboxEntry, OutboxStore } from '../../ports/outbox-store.js';
import type { Timetable, TimetableEntry } from '../../time/timetable.js';
import type { KnownEntries } from './known-entries.js';

/** Time between a message's acknowledgement and its removal, so that one statement removes many, in milliseconds. */
const LINGER_MS = 50;
/** Maximum number of entries that one statement removes. */
const CHUNK = 1000;
const NOTHING = new Uint8Array();

/** Entries that the engine has acknowledged, until they are removed from the store: chunk by chunk, one at a time. */
export class SentEntries {
  private waiting: OutboxEntry[] = [];
  private readonly ids = new Set<string>();
  private timer: TimetableEntry | undefined;
  private removing: Promise<void> | undefined;

  constructor(
    private readonly store: OutboxStore,
    private readonly timetable: Timetable,
    private readonly known: KnownEntries,
    private readonly onFailure: (thrown: unknown) => void,
  ) {}

  /** Whether an entry was sent and is about to be removed. */
  has(id: string): boolean {
    return this.ids.has(id);
  }

  add(entry: OutboxEntry): void {
    if (this.ids.has(entry.id)) return;
    this.ids.add(entry.id);
    this.known.add(entry);
    // Without its body, which is no longer needed.
    this.waiting.push({ ...entry, message: { ...entry.message, body: NOTHING } });
    if (this.waiting.length >= CHUNK) void this.flush();
    else this.timer ??= this.timetable.after(LINGER_MS, () => void this.flush());
  }

  /** Removes what there is now. Never rejects: what cannot be removed is tried again later. */
  flush(): Promise<void> {
    if (this.timer !== undefined) this.timetable.remove(this.timer);
    this.timer = undefined;
    return (this.removing ??= this.removeAll().finally(() => (this.removing = undefined)));
  }

  private async removeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const chunk = this.waiting.splice(0, CHUNK);
      try {
        await this.store.remove(chunk.map(({ id }) => id));
        for (const entry of chunk) {
          this.ids.delete(entry.id);
          this.known.remove(entry);
        }
      } catch (thrown) {
        this.onFailure(thrown);
        this.waiting.unshift(...chunk);
        this.timer ??= this.timetable.after(20 * LINGER_MS, () => void this.flush());
        return;
      }
    }
  }
}
