/** A clock that the test moves, and that tells how often it was read. */
export class HandClock {
  readings = 0;

  constructor(public nowMs: number) {}

  now(): number {
    this.readings += 1;
    return this.nowMs;
  }
}

/** A moment within every layout of these tests. */
export const NOON_MS = Date.UTC(2025, 5, 15, 12);
