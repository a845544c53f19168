import { z } from 'zod';
import type {
  BulkheadOptions,
  CircuitBreakerOptions,
  Policy,
  RateLimitOptions,
  RetryPolicyOptions,
} from '../../contracts/policy.js';
import { checkedOptions } from '../../options/checked-options.js';
import { isDeclaredRetryable, isFailureOfHandling } from './failures.js';

/** Maximum timer delay: 31 bits of milliseconds, about 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const timerMs = z.number().positive().max(MAX_TIMER_MS);
const count = z.number().int().positive();
const predicate = z.custom<(error: Error) => boolean>(
  (value) => typeof value === 'function',
  'must be a function of the error',
);

const retryOptions = z.strictObject({
  maxAttempts: count.default(3),
  initialDelayMs: z.number().nonnegative().max(MAX_TIMER_MS).default(100),
  maxDelayMs: timerMs.default(5_000),
  multiplier: z.number().min(1).default(2),
  jitter: z.boolean().default(true),
  attemptTimeoutMs: timerMs.optional(),
  retryIf: predicate.default(() => isDeclaredRetryable),
});

const circuitBreakerOptions = z.strictObject({
  failureRatio: z.number().positive().max(1).default(0.5),
  minimumRequests: count.default(10),
  windowMs: timerMs.default(10_000),
  openMs: timerMs.default(10_000),
  halfOpenRequests: count.default(1),
  isFailure: predicate.default(() => isFailureOfHandling),
});

const rateLimitOptions = z
  .strictObject({ permits: count, perMs: count, burst: count.optional() })
  .transform(({ permits, perMs, burst = permits }) => ({ permits, perMs, burst }));

const bulkheadOptions = z.strictObject({
  maxConcurrent: count,
  maxQueued: z.number().int().nonnegative().default(0),
  queueTimeoutMs: timerMs.default(30_000),
});

/**
 * Retry policy: re-sends a request that failed with a retryable error, under the same message id, with exponential
 * backoff, within the caller's timeout. Applied at the caller, so that it also covers handlers
 * on other nodes, and refusals. For commands and queries; a QoS 1 command gets an idempotency record, as with a
 * `messageId` of the caller.
 *
 * @example `@Message({ behaviors: [retry({ maxAttempts: 3 })] })`
 * @throws CatgaError `CATGA_CONFIGURATION` for wrong options
 * @publicApi
 */
export function retry(options: RetryPolicyOptions = {}): Policy {
  return { policy: 'retry', options: Object.freeze(checkedOptions('retry', retryOptions, options)) };
}

/**
 * Circuit breaker policy: after too many failures of a request type, further requests fail with `CATGA_CIRCUIT_OPEN` for
 * `openMs`, without being sent. Applied at the caller, one per request type. For commands and queries.
 *
 * @example `@Message({ behaviors: [circuitBreaker({ failureRatio: 0.5, openMs: 5_000 })] })`
 * @throws CatgaError `CATGA_CONFIGURATION` for wrong options
 * @publicApi
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): Policy {
  return {
    policy: 'circuitBreaker',
    options: Object.freeze(checkedOptions('circuitBreaker', circuitBreakerOptions, options)),
  };
}

/**
 * Rate limit policy: accepts `permits` messages per `perMs`, and refuses further ones with `CATGA_RATE_LIMITED` and
 * `details.retryAfterMs`. Applied at the handler, per node. Reliable events and queued commands wait in the engine
 * instead, without counting an attempt.
 *
 * @example `@Message({ behaviors: [rateLimit({ permits: 100, perMs: 1_000 })] })`
 * @throws CatgaError `CATGA_CONFIGURATION` for wrong options
 * @publicApi
 */
export function rateLimit(options: RateLimitOptions): Policy {
  return {
    policy: 'rateLimit',
    options: Object.freeze(checkedOptions('rateLimit', rateLimitOptions, options)),
  };
}

/**
 * Bulkhead policy: at most `maxConcurrent` messages of a type are handled concurrently; `maxQueued` more wait, and further
 * ones are refused with `CATGA_OVERLOADED`. Applied at the handler, per node. Refused reliable events and queued
 * commands wait in the engine, without counting an attempt.
 *
 * @example `@Message({ behaviors: [bulkhead({ maxConcurrent: 10, maxQueued: 50 })] })`
 * @throws CatgaError `CATGA_CONFIGURATION` for wrong options
 * @publicApi
 */
export function bulkhead(options: BulkheadOptions): Policy {
  return { policy: 'bulkhead', options: Object.freeze(checkedOptions('bulkhead', bulkheadOptions, options)) };
}
