import { describe, expect, it } from '@jest/globals';
import { bulkhead, circuitBreaker, rateLimit, retry } from './policies.js';

describe('policies', () => {
  it.each([
    ['retry', () => retry({ maxAttempts: 0 }), 'maxAttempts'],
    ['retry', () => retry({ multiplier: 0.5 }), 'multiplier'],
    ['retry', () => retry({ attemptTimeoutMs: 0 }), 'attemptTimeoutMs'],
    ['retry', () => retry({ retryIf: true as never }), 'retryIf: must be a function'],
    ['retry', () => retry({ attempts: 3 } as never), 'attempts'],
    ['circuitBreaker', () => circuitBreaker({ failureRatio: 50 }), 'failureRatio'],
    ['circuitBreaker', () => circuitBreaker({ halfOpenRequests: 0 }), 'halfOpenRequests'],
    ['rateLimit', () => rateLimit({ permits: 0.5, perMs: 1000 }), 'permits'],
    ['rateLimit', () => rateLimit({ permits: 1 } as never), 'perMs'],
    ['bulkhead', () => bulkhead({ maxConcurrent: 0 }), 'maxConcurrent'],
    ['bulkhead', () => bulkhead({ maxConcurrent: 1, maxQueued: -1 }), 'maxQueued'],
  ])('refuse wrong options where they are written: %s', (name, make, problem) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'CATGA_CONFIGURATION',
        message: expect.stringMatching(new RegExp(`^${name} .*${problem}`)),
      }),
    );
  });

  it('are complete', () => {
    expect(rateLimit({ permits: 5, perMs: 1000 }).options).toEqual({ permits: 5, perMs: 1000, burst: 5 });
    expect(bulkhead({ maxConcurrent: 2 }).options).toEqual({
      maxConcurrent: 2,
      maxQueued: 0,
      queueTimeoutMs: 30_000,
    });
    expect(retry().options).toMatchObject({ maxAttempts: 3, initialDelayMs: 100, maxDelayMs: 5000 });
    expect(circuitBreaker().options).toMatchObject({
      failureRatio: 0.5,
      minimumRequests: 10,
      windowMs: 10_000,
      openMs: 10_000,
      halfOpenRequests: 1,
    });
  });
});
