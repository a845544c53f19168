import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.js';

/** Rates from one an hour to a million a second, in whole numbers. */
const rate = fc.record({
  permits: fc.integer({ min: 1, max: 1_000_000 }),
  perMs: fc.integer({ min: 1, max: 3_600_000 }),
  burst: fc.integer({ min: 1, max: 1000 }),
});

/** Pauses between attempts, in 1/1024 ms, which floating point holds exactly: many short ones, some of hours. */
const pauses = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 }) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 10_000_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 4_000_000_000 }) },
  ),
  { minLength: 1, maxLength: 300 },
);

const PARTS = 1024;

/** Whether this many passed within this time at most, compared in whole numbers. */
function isWithin(passed: number, parts: number, { permits, perMs, burst }: Required<Rate>): boolean {
  const allowed = BigInt(burst) * BigInt(perMs) * BigInt(PARTS) + BigInt(permits) * BigInt(parts);
  return BigInt(passed) * BigInt(perMs) * BigInt(PARTS) <= allowed;
}

interface Rate {
  readonly permits: number;
  readonly perMs: number;
  readonly burst: number;
}

describe('a token bucket', () => {
  it('lets no more through than burst + rate × time, between any two moments of any schedule', () => {
    fc.assert(
      fc.property(rate, pauses, (some, schedule) => {
        const bucket = new TokenBucket(some.permits, some.perMs, some.burst);
        const passedAt: number[] = [];
        let parts = 0;
        for (const pause of schedule) {
          parts += pause;
          if (bucket.take(parts / PARTS)) passedAt.push(parts);
        }
        for (const [from, start] of passedAt.entries()) {
          for (const [to, end] of passedAt.entries()) {
            if (to >= from) expect(isWithin(to - from + 1, end - start, some)).toBe(true);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lets through all that the rate allows, when it is asked as soon as it says, in the long run to one permit', () => {
    fc.assert(
      fc.property(rate, ({ permits, perMs, burst }) => {
        const bucket = new TokenBucket(permits, perMs, burst);
        let nowMs = 0;
        for (let taken = 0; taken < burst + 2000; taken++) {
          nowMs += bucket.waitMs(nowMs);
          if (bucket.take(nowMs)) continue;
          nowMs *= 1 + 2 * Number.EPSILON; // The last bit of a division.
          expect(bucket.take(nowMs)).toBe(true);
        }
        const earned = (nowMs * permits) / perMs;
        expect(earned).toBeGreaterThan(2000 - 1e-3);
        expect(earned).toBeLessThan(2001);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    { permits: 1, perMs: 3_600_000, forMs: 1000 * 3_600_000, everyMs: 60_000 },
    { permits: 1_000_000, perMs: 1000, forMs: 100, everyMs: 0.0009765625 },
    { permits: 3, perMs: 7000, forMs: 7_000_000, everyMs: 1 },
  ])('is exact at $permits in $perMs ms, asked every $everyMs ms', ({ permits, perMs, forMs, everyMs }) => {
    const bucket = new TokenBucket(permits, perMs, permits);
    let passed = 0;
    for (let nowMs = 0; nowMs <= forMs; nowMs += everyMs) if (bucket.take(nowMs)) passed++;
    const atRate = (forMs * permits) / perMs;
    expect(passed).toBeGreaterThanOrEqual(Math.floor(atRate));
    expect(passed).toBeLessThanOrEqual(atRate + permits);
  });

  it('gives the whole burst after a quiet time, and no more however long that was', () => {
    const bucket = new TokenBucket(1, 1000, 5);
    const takenAt = (nowMs: number): number =>
      Array.from({ length: 20 }, () => bucket.take(nowMs)).filter(Boolean).length;
    expect(takenAt(0)).toBe(5);
    expect(takenAt(2000)).toBe(2);
    expect(takenAt(1e9)).toBe(5);
  });

  it('gives no permit twice when its clock steps back', () => {
    const bucket = new TokenBucket(1, 1000, 1);
    expect(bucket.take(10_000)).toBe(true);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.take(10_999)).toBe(false);
    expect(bucket.take(11_000)).toBe(true);
  });

  it('says how long to wait', () => {
    const bucket = new TokenBucket(2, 1000, 1);
    expect(bucket.waitMs(0)).toBe(0);
    bucket.take(0);
    expect(bucket.waitMs(100)).toBe(400);
  });
});
