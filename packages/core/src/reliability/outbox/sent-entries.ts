import type { OutboxStore } from '../../ports/outbox-store.js';
import type { Timetable, TimetableEntry } from '../../time/timetable.js';

/** Time between a message's acknowledgement and its removal, so that one statement removes many, in milliseconds. */
const LINGER_MS = 50;
/** Maximum number of entries that one statement removes. */
const CHUNK = 1000;

/** Entries that the engine has acknowledged, until they are removed from the store: chunk by chunk, one at a time. */
export class SentEntries {
  private waiting: string[] = [];
  private readonly ids = new Set<string>();
  private timer: TimetableEntry | undefined;
  private removing: Promise<void> | undefined;

  constructor(
    private readonly store: OutboxStore,
    private readonly timetable: Timetable,
    private readonly onFailure: (thrown: unknown) => void,
  ) {}

  /** Whether an entry was sent and is about to be removed. */
  has(id: string): boolean {
    return this.ids.has(id);
  }

  add(id: string): void {
    if (this.ids.has(id)) return;
    this.ids.add(id);
    this.waiting.push(id);
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
        await this.store.remove(chunk);
        for (const id of chunk) this.ids.delete(id);
      } catch (thrown) {
        this.onFailure(thrown);
        this.waiting.unshift(...chunk);
        this.timer ??= this.timetable.after(20 * LINGER_MS, () => void this.flush());
        return;
      }
    }
  }
}
