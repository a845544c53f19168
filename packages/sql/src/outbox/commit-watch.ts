import type { OutboxEntry } from '@catga/core/outbox';

/** Delays between checks, in milliseconds: doubled from the first to the last. */
const FIRST_MS = 4;
const LAST_MS = 1024;
/** Delay after which a commit is no longer expected soon, in milliseconds. */
const SOON_MS = 64;

/** Entries of one transaction. */
interface Watched {
  readonly entries: readonly OutboxEntry[];
  delayMs: number;
}

/**
 * Detects the commit of transactions that the application opened by its library, which does not report their end: polls for their rows,
 * with growing delays. Rows it gives up on are found by the relay.
 */
export class CommitWatch {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly recent = new Set<Watched>();

  constructor(
    /** Which of the ids are visible outside of their transaction. */
    private readonly visible: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
    private readonly committed: (entries: readonly OutboxEntry[]) => void,
  ) {}

  /** Whether a transaction is watched that had messages a moment ago. */
  get isBusy(): boolean {
    return this.recent.size > 0;
  }

  watch(entries: readonly OutboxEntry[]): void {
    const watched = { entries, delayMs: FIRST_MS };
    this.recent.add(watched);
    this.lookLater(watched);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.recent.clear();
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
    const { entries } = watched;
    if (await this.areVisible(entries)) {
      this.committed(entries);
      this.recent.delete(watched);
      return;
    }
    watched.delayMs *= 2;
    if (watched.delayMs > SOON_MS) this.recent.delete(watched);
    if (watched.delayMs <= LAST_MS) this.lookLater(watched);
  }
  /** Whether the entries are committed; all of a transaction become visible together. */
  private async areVisible([first]: readonly OutboxEntry[]): Promise<boolean> {
    if (first === undefined) return true;
    try {
      return (await this.visible([first.id])).has(first.id);
    } catch {
      return false; // The database is unavailable: the relay reports it.
    }
  }
}
