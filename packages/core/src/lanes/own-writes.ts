/**
 * Tracks whether this node's writes reach the broker. If they do not, neither do those of others: after an outage nodes may be alive
 * although they are missing in the directory.
 */
export class OwnWrites {
  private sinceMs: number | undefined = -Infinity;

  constructor(private readonly nowMs: () => number) {}

  succeeded(): void {
    this.sinceMs ??= this.nowMs();
  }

  failed(): void {
    this.sinceMs = undefined;
  }

  /** Whether no write has failed for a duration, in milliseconds. */
  haveSucceededFor(forMs: number): boolean {
    return this.sinceMs !== undefined && this.nowMs() - this.sinceMs >= forMs;
  }
}
