/**
 * Whether what this node writes reaches the broker. Of a node that cannot write, others are not told either: after an outage
 * they may be missing from the directory, and be there.
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

  /** Whether none has failed for so long, in milliseconds. */
  haveSucceededFor(forMs: number): boolean {
    return this.sinceMs !== undefined && this.nowMs() - this.sinceMs >= forMs;
  }
}
