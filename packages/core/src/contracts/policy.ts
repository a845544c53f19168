import type { MessageKind } from './envelope.js';

/**
 * Options of `retry`.
 *
 * @publicApi
 */
export interface RetryPolicyOptions {
  /**
   * Maximum number of attempts, including the first; 1 turns a retry of the module off.
   * @defaultValue 3
   */
  readonly maxAttempts?: number;
  /**
   * Delay after the first failure, in milliseconds.
   * @defaultValue 100
   */
  readonly initialDelayMs?: number;
  /**
   * Maximum delay, in milliseconds. An error that asks for a longer one (`details.retryAfterMs`) is not retried.
   * @defaultValue 5000
   */
  readonly maxDelayMs?: number;
  /**
   * Factor between consecutive delays; 1 or more.
   * @defaultValue 2
   */
  readonly multiplier?: number;
  /**
   * Whether each delay is random between half of its value and all of it.
   * @defaultValue true
   */
  readonly jitter?: boolean;
  /**
   * Timeout of one attempt, in milliseconds; after it the attempt fails with `CATGA_TIMEOUT`, and the next one may start.
   * Never longer than the caller's remaining time.
   * @defaultValue the caller's remaining time
   */
  readonly attemptTimeoutMs?: number;
  /**
   * Whether an error is retried.
   * @defaultValue `error.retryable === true`
   */
  readonly retryIf?: (error: Error) => boolean;
}

/**
 * Options of `circuitBreaker`.
 *
 * @publicApi
 */
export interface CircuitBreakerOptions {
  /**
   * Failure rate within the window at which the circuit opens; above 0, at most 1.
   * @defaultValue 0.5
   */
  readonly failureRatio?: number;
  /**
   * Minimum number of completed requests within the window before the circuit can open.
   * @defaultValue 10
   */
  readonly minimumRequests?: number;
  /**
   * Length of the sliding window in milliseconds, in ten buckets.
   * @defaultValue 10000
   */
  readonly windowMs?: number;
  /**
   * Time in the open state, in which requests fail with `CATGA_CIRCUIT_OPEN`, before half-open trials, in milliseconds.
   * @defaultValue 10000
   */
  readonly openMs?: number;
  /**
   * Number of half-open trial requests. All others are refused until the trials have ended: the circuit closes when all
   * trials succeed, and opens again when one fails, or when they have not ended after another `openMs`.
   * @defaultValue 1
   */
  readonly halfOpenRequests?: number;
  /**
   * Whether an error counts as a failure. `CATGA_CANCELLED` never does.
   * @defaultValue every error, refusals and timeouts included, except errors caused by the request itself
   */
  readonly isFailure?: (error: Error) => boolean;
}

/**
 * Options of `rateLimit`.
 *
 * @publicApi
 */
export interface RateLimitOptions {
  /** Average number of messages per `perMs`; a whole number. */
  readonly permits: number;
  /** Period of `permits`, in milliseconds; a whole number. */
  readonly perMs: number;
  /**
   * Maximum burst after an idle time; a whole number.
   * @defaultValue `permits`
   */
  readonly burst?: number;
}

/**
 * Options of `bulkhead`.
 *
 * @publicApi
 */
export interface BulkheadOptions {
  /** Maximum number of concurrently handled messages. */
  readonly maxConcurrent: number;
  /**
   * Maximum number of messages waiting for a slot; further ones fail with `CATGA_OVERLOADED`.
   * @defaultValue 0
   */
  readonly maxQueued?: number;
  /**
   * Maximum wait for a slot, in milliseconds; then `CATGA_OVERLOADED`.
   * @defaultValue 30000
   */
  readonly queueTimeoutMs?: number;
}

type Complete<Options, Optional extends keyof Options = never> = Readonly<
  Required<Omit<Options, Optional>> & Pick<Options, Optional>
>;

/** Policy around `send`, at the caller. */
export type CallerPolicy =
  | { readonly policy: 'retry'; readonly options: Complete<RetryPolicyOptions, 'attemptTimeoutMs'> }
  | { readonly policy: 'circuitBreaker'; readonly options: Complete<CircuitBreakerOptions> };

/** Policy around the handler, on its node. */
export type HandlerPolicy =
  | { readonly policy: 'rateLimit'; readonly options: Complete<RateLimitOptions> }
  | { readonly policy: 'bulkhead'; readonly options: Complete<BulkheadOptions> };

/**
 * Policy of `retry`, `circuitBreaker`, `rateLimit` or `bulkhead`: a description without state. Each application
 * has its own state per message class.
 *
 * @publicApi
 */
export type Policy = CallerPolicy | HandlerPolicy;

const POLICIES = new Set<unknown>(['retry', 'circuitBreaker', 'rateLimit', 'bulkhead']);

/** Whether an entry of `behaviors` is a policy. */
export function isPolicy(value: unknown): value is Policy {
  return (
    POLICIES.has((value as Partial<Policy> | null | undefined)?.policy) && !('handle' in (value as object))
  );
}

/** Whether an entry of `behaviors` is a policy of the caller. */
export function isCallerPolicy(value: unknown): value is CallerPolicy {
  return isPolicy(value) && (value.policy === 'retry' || value.policy === 'circuitBreaker');
}

/** Problem of a list of policies, or undefined: one of each kind is allowed, and policies of the caller on requests only. */
export function problemOfPolicies(among: readonly unknown[], kind?: MessageKind): string | undefined {
  const seen = new Set<string>();
  for (const policy of among.filter(isPolicy)) {
    if (seen.has(policy.policy)) return `behaviors has ${policy.policy} twice; keep one.`;
    seen.add(policy.policy);
    if (kind === 'event' && isCallerPolicy(policy)) {
      return `${policy.policy} is for commands and queries, whose callers wait; reliable events are tried again by the module's retry.`;
    }
  }
  return undefined;
}
