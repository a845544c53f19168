import type { OutboxEntry } from '@catga/core/outbox';

/** Delays between looks, in milliseconds: doubled from the first to the last. */
const FIRST_MS = 4;
const LAST_MS = 1024;

/** Entries of one transaction. */
interface Watched {
  readonly entries: readonly OutboxEntry[];
  delayMs: number;
}

/**
 * Notices the commit of transactions that the application opened by its library, which tells nobody of their end: looks
 * for their rows, less and less often. What it gives up on, the relay finds.
 */
export class CommitWatch {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    /** Which of the ids are visible outside of their transaction. */
    private readonly visible: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
    private readonly committed: (entries: readonly OutboxEntry[]) => void,
  ) {}

  watch(entries: readonly OutboxEntry[]): void {
    this.lookLater({ entries, delayMs: FIRST_MS });
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private lookLater(watched: Watched): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.look(watched);
    }, watched.delayMs);
    timer.unref();
    this.timers.add(timer);
  }

  private async look(watched: Watched): Promise<void> {
    const [first] = watched.entries;
    if (first === undefined) return;
    try {
      // They become visible together.
      if ((await this.visible([first.id])).has(first.id)) return this.committed(watched.entries);
    } catch {
      // The database is away: the relay reports it.
    }
    watched.delayMs *= 2;
    if (watched.delayMs <= LAST_MS) this.lookLater(watched);
  }
}
