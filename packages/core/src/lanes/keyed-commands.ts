import { COMMAND_QUEUES } from '../ports/durable-log.js';
import type { RecordStore } from '../ports/record-store.js';
import { KEYED } from './lane-keys.js';
import type { LaneRegister } from './lane-register.js';

/** Lifetime of the cached names, in milliseconds. */
export const TRUSTED_MS = 1000;

/**
 * Names of the commands that were ever queued with a key. Lanes are read only for these, so that handlers of commands without a key do not
 * read them.
 */
export class KeyedCommands {
  private readonly names = new Set<string>();
  private readonly adding = new Map<string, Promise<void>>();
  private readonly waiting = new Map<string, Set<() => Promise<void>>>();
  private version = 0;
  private lookedMs = -Infinity;

  constructor(
    private readonly records: RecordStore,
    private readonly register: LaneRegister,
    private readonly nowMs: () => number,
    /** Called when reading for a name could not begin. */
    private readonly onFailure: (name: string, thrown: unknown) => void,
  ) {}

  /**
   * Called before a command is stored with a key: registers its name; undefined if it is registered already. Checked again periodically,
   * because another node may have dropped the queue, or the broker may have lost it. Commands queued meanwhile wait in order.
   */
  use(name: string): Promise<void> | undefined {
    const adding = this.adding.get(name);
    const isKnown = this.names.has(name) && this.nowMs() - this.lookedMs < TRUSTED_MS;
    if (adding !== undefined || isKnown) return adding;
    const added = this.add(name);
    this.adding.set(name, added);
    const end = (): void => void this.adding.delete(name);
    // Before waiting callers continue, so that no other call comes in between.
    added.then(end, end);
    return added;
  }

  /** Registers a name: commands stored from now on are kept for its handlers. */
  private async add(name: string): Promise<void> {
    const id = `${COMMAND_QUEUES}.${name}`;
    for (;;) {
      await this.look();
      if (this.names.has(name)) return;
      await this.register.make({ id, kind: 'command', names: [name], startFrom: 'new' });
      const value = Buffer.from(JSON.stringify([...this.names, name]));
      if ((await this.records.write(KEYED, value, this.version)) !== undefined) this.found([name]);
    }
  }

  /** Forgets a dropped subscription; the next command of the name creates a new one. */
  async forget(id: string): Promise<void> {
    const name = id.slice(COMMAND_QUEUES.length + 1);
    await this.look();
    if (!this.names.delete(name)) return;
    const value = Buffer.from(JSON.stringify([...this.names]));
    await this.records.write(KEYED, value, this.version);
  }

  /** Calls back once one of the names is used; again after the next check if the callback rejects. Resolves with a function that stops. */
  async whenUsed(names: readonly string[], begin: () => Promise<void>): Promise<() => void> {
    await this.look();
    if (names.some((name) => this.names.has(name))) {
      await begin();
      return () => {};
    }
    for (const name of names) this.wait(name, begin);
    return () => {
      for (const name of names) this.waiting.get(name)?.delete(begin);
    };
  }

  /** Reads the used names, if there are listeners. */
  async look(): Promise<void> {
    const record = await this.records.read(KEYED);
    this.version = record?.version ?? 0;
    this.lookedMs = this.nowMs();
    this.names.clear();
    if (record !== undefined) this.found(JSON.parse(Buffer.from(record.value).toString()) as string[]);
  }

  get isWaiting(): boolean {
    return this.waiting.size > 0;
  }

  private found(names: readonly string[]): void {
    for (const name of names) {
      this.names.add(name);
      const waiting = this.waiting.get(name);
      this.waiting.delete(name);
      for (const begin of waiting ?? [])
        void begin().catch((thrown: unknown) => {
          this.wait(name, begin);
          this.onFailure(name, thrown);
        });
    }
  }

  private wait(name: string, begin: () => Promise<void>): void {
    this.waiting.set(name, (this.waiting.get(name) ?? new Set()).add(begin));
  }
}
