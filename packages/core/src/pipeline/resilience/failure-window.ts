/** Number of buckets of the window. */
const SLICES = 10;

/** Sliding window of completed and failed requests. */
export class FailureWindow {
  private readonly ended = Array.from({ length: SLICES }, () => 0);
  private readonly failed = Array.from({ length: SLICES }, () => 0);
  private allEnded = 0;
  private allFailed = 0;
  /** The slice of now, counted from the beginning of time. */
  private slice = 0;

  constructor(private readonly windowMs: number) {}

  /** Counts a request that ended now. */
  add(nowMs: number, hasFailed: boolean): void {
    this.moveTo(Math.floor((nowMs * SLICES) / this.windowMs));
    const position = this.slice % SLICES;
    this.ended[position] = (this.ended[position] ?? 0) + 1;
    this.allEnded++;
    if (!hasFailed) return;
    this.failed[position] = (this.failed[position] ?? 0) + 1;
    this.allFailed++;
  }

  /** Whether at least `minimum` requests completed, and the failure rate was reached. */
  hasFailed(ratio: number, minimum: number): boolean {
    return this.allEnded >= minimum && this.allFailed >= ratio * this.allEnded;
  }

  private moveTo(slice: number): void {
    const last = Math.min(slice, this.slice + SLICES);
    for (let passed = this.slice + 1; passed <= last; passed++) {
      const position = passed % SLICES;
      this.allEnded -= this.ended[position] ?? 0;
      this.allFailed -= this.failed[position] ?? 0;
      this.ended[position] = 0;
      this.failed[position] = 0;
    }
    this.slice = Math.max(this.slice, slice);
  }
}
