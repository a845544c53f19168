import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CatgaError } from '../errors/catga-error.js';
import { isRetryable, retryDelayMs } from './retry-policy.js';

describe('the pause before the next attempt', () => {
  const retry = { maxAttempts: 5, initialDelayMs: 100, maxDelayMs: 1000, multiplier: 2, jitter: false };

  it('grows by the multiplier up to the longest', () => {
    expect([1, 2, 3, 4, 5, 6].map((attempt) => retryDelayMs(retry, attempt))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
  });

  it('is drawn between half of itself and all of it, with jitter', () => {
    const jittered = { ...retry, jitter: true };
    expect([0, 0.5, 1].map((drawn) => retryDelayMs(jittered, 2, () => drawn))).toEqual([100, 150, 200]);
    const drawn = new Set(Array.from({ length: 50 }, () => retryDelayMs(jittered, 1)));
    expect(drawn.size).toBeGreaterThan(10);
  });

  it('is a number within its bounds, however often was tried', () => {
    const anyRetry = fc.record({
      maxAttempts: fc.constant(5),
      initialDelayMs: fc.nat(100_000),
      maxDelayMs: fc.integer({ min: 1, max: 100_000 }),
      multiplier: fc.double({ min: 1, max: 1e6, noNaN: true }),
      jitter: fc.boolean(),
    });
    fc.assert(
      fc.property(anyRetry, fc.integer({ min: 1, max: 100_000 }), (some, attempt) => {
        const delayMs = retryDelayMs(some, attempt);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(some.maxDelayMs);
      }),
    );
  });
});

describe('trying again', () => {
  it('can help unless the error says that it cannot', () => {
    expect(isRetryable(new Error('x'))).toBe(true);
    expect(isRetryable(Object.assign(new Error('x'), { retryable: false }))).toBe(false);
    expect(isRetryable(new CatgaError('CATGA_TIMEOUT', ''))).toBe(true);
    expect(isRetryable(new CatgaError('CATGA_VALIDATION_FAILED', ''))).toBe(false);
  });
});
