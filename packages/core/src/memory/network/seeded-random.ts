/**
 * Deterministic random numbers: Tommy Ettinger's mulberry32. 32 bits of state are enough for faults, not for secrets.
 */
export class SeededRandom {
  private state: number;

  /** @param seed only the lower 32 bits are used */
  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** Number from 0 (inclusive) to 1 (exclusive). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** True with probability `rate`, 0 to 1. Draws one number whatever the rate. */
  chance(rate: number): boolean {
    return this.next() < rate;
  }

  /** Whole number from `least` to `most`, both inclusive. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }
}
