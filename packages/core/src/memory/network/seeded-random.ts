/**
 * Random numbers that are the same for the same seed: Tommy Ettinger's mulberry32. 32 bits of state are plenty for
 * faults; they are not for secrets.
 */
export class SeededRandom {
  private state: number;

  /** @param seed of which the lower 32 bits count */
  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** At least 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Whether something that happens in `rate` of all cases, 0 to 1, happens now. Draws once whatever the rate. */
  chance(rate: number): boolean {
    return this.next() < rate;
  }

  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }
}
