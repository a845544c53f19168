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

/** Longest wait a timer takes: 31 bits of milliseconds, about 24 days. */
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
 * A request that fails with an error that declares itself retryable is sent again, under the same message id, after a
 * growing pause, while the caller's time lasts. It stands at the caller, around every attempt: so it works for handlers
 * on other nodes too, and for refusals. For commands and queries; a command of QoS 1 gets a record by its id, as if the
 * caller had given one.
 *
 * @example `@Message({ behaviors: [retry({ maxAttempts: 3 })] })`
 * @throws CatgaError `CATGA_CONFIGURATION` for wrong options
 * @publicApi
 */
export function retry(options: RetryPolicyOptions = {}): Policy {
  return { policy: 'retry', options: Object.freeze(checkedOptions('retry', retryOptions, options)) };
}

/**
 * When too many requests of a type fail, further ones are refused with `CATGA_CIRCUIT_OPEN` for a while, without being
 * sent. It stands at the caller, one for each type of request. For commands and queries.
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
 * Lets `permits` messages through in `perMs`, and refuses further ones with `CATGA_RATE_LIMITED`, which says when to come
 * again. It stands at the handler, on each node by itself. Reliable events and queued commands wait in the engine
 * instead, and no attempt is counted.
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
 * Has at most `maxConcurrent` messages of a type handled at the same time; `maxQueued` more wait, and further ones are
 * refused with `CATGA_OVERLOADED`. It stands at the handler, on each node by itself. Reliable events and queued commands
 * that are refused wait in the engine, and no attempt is counted.
 *
 * @example `@Message({ behaviors: [bulkhead({ maxConcurrent: 10, maxQueued: 50 })] })`
 * @throws CatgaError `CATGA_CONFIGURATION` for wrong options
 * @publicApi
 */
export function bulkhead(options: BulkheadOptions): Policy {
  return { policy: 'bulkhead', options: Object.freeze(checkedOptions('bulkhead', bulkheadOptions, options)) };
}
