/**
 * Token bucket: `permits` per `perMs`, with at most `burst` at once after an idle time.
 *
 * Nothing is refilled little by little, so nothing is rounded away: since the bucket was last full it counts what was
 * taken, and compares that with the time. At any moment it has let through at most `burst + permits × elapsed / perMs`.
 */
export class TokenBucket {
  /** Time when the bucket was last full, in milliseconds. */
  private fullAtMs = -Infinity;
  /** Permits taken since. */
  private taken = 0;

  constructor(
    private readonly permits: number,
    private readonly perMs: number,
    private readonly burst: number,
  ) {}

  /**
   * Takes a permit, if there is one.
   * @param nowMs of a clock that does not step back; if it does, no permit is given twice
   */
  take(nowMs: number): boolean {
    // Whole numbers of permits times milliseconds: a division would round.
    const earned = (nowMs - this.fullAtMs) * this.permits;
    if (earned >= this.taken * this.perMs) {
      this.fullAtMs = nowMs;
      this.taken = 1;
      return true;
    }
    if (earned < (this.taken + 1 - this.burst) * this.perMs) return false;
    this.taken++;
    return true;
  }

  /** Time until the next permit, in milliseconds; 0 if there is one. */
  waitMs(nowMs: number): number {
    const dueMs = this.fullAtMs + ((this.taken + 1 - this.burst) * this.perMs) / this.permits;
    return Math.max(0, dueMs - nowMs);
  }
}
