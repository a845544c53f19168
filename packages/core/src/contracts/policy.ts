import type { MessageKind } from './envelope.js';

/**
 * How `retry` repeats a request.
 *
 * @publicApi
 */
export interface RetryPolicyOptions {
  /**
   * How often a request is tried, the first time included; 1 turns a retry of the module off.
   * @defaultValue 3
   */
  readonly maxAttempts?: number;
  /**
   * The pause after the first failure, in milliseconds.
   * @defaultValue 100
   */
  readonly initialDelayMs?: number;
  /**
   * The longest pause, in milliseconds. An error that asks for a longer one (`details.retryAfterMs`) is not waited for.
   * @defaultValue 5000
   */
  readonly maxDelayMs?: number;
  /**
   * How much longer each pause is than the one before; 1 or more.
   * @defaultValue 2
   */
  readonly multiplier?: number;
  /**
   * Whether a pause is drawn at random between half of itself and all of it.
   * @defaultValue true
   */
  readonly jitter?: boolean;
  /**
   * How long one attempt may take, in milliseconds; then it is `CATGA_TIMEOUT`, and the next one may begin. What is left
   * of the caller's time bounds it in any case.
   * @defaultValue all the time that the caller has left
   */
  readonly attemptTimeoutMs?: number;
  /**
   * Whether an error may be answered with another attempt.
   * @defaultValue whether the error declares it: `error.retryable === true`
   */
  readonly retryIf?: (error: Error) => boolean;
}

/**
 * When `circuitBreaker` opens, and how it closes again.
 *
 * @publicApi
 */
export interface CircuitBreakerOptions {
  /**
   * Opens when this part of the requests that ended within the window has failed; above 0, at most 1.
   * @defaultValue 0.5
   */
  readonly failureRatio?: number;
  /**
   * Does not open before this many requests have ended within the window.
   * @defaultValue 10
   */
  readonly minimumRequests?: number;
  /**
   * How far back requests count, in milliseconds, to a tenth of it.
   * @defaultValue 10000
   */
  readonly windowMs?: number;
  /**
   * How long requests are refused with `CATGA_CIRCUIT_OPEN` before some are let through to see, in milliseconds.
   * @defaultValue 10000
   */
  readonly openMs?: number;
  /**
   * How many are let through to see. All others are refused until these have ended: the circuit closes when all of them
   * succeeded, and opens again with the first that fails, or when they have not ended after another `openMs`.
   * @defaultValue 1
   */
  readonly halfOpenRequests?: number;
  /**
   * Whether an error counts as a failure. A caller that gives up (`CATGA_CANCELLED`) never does.
   * @defaultValue refusals, timeouts and every other error, except those that blame the request itself
   */
  readonly isFailure?: (error: Error) => boolean;
}

/**
 * How many messages `rateLimit` lets through.
 *
 * @publicApi
 */
export interface RateLimitOptions {
  /** How many messages pass in `perMs`, in the long run; a whole number. */
  readonly permits: number;
  /** The time that `permits` is for, in milliseconds; a whole number. */
  readonly perMs: number;
  /**
   * How many may pass at once after a quiet time; a whole number.
   * @defaultValue `permits`
   */
  readonly burst?: number;
}

/**
 * How many messages `bulkhead` has handled at the same time.
 *
 * @publicApi
 */
export interface BulkheadOptions {
  /** How many messages are handled at the same time. */
  readonly maxConcurrent: number;
  /**
   * How many more wait for a place before `CATGA_OVERLOADED`.
   * @defaultValue 0
   */
  readonly maxQueued?: number;
  /**
   * How long they wait before `CATGA_OVERLOADED`, in milliseconds.
   * @defaultValue 30000
   */
  readonly queueTimeoutMs?: number;
}

type Complete<Options, Optional extends keyof Options = never> = Readonly<
  Required<Omit<Options, Optional>> & Pick<Options, Optional>
>;

/** Stands around `send`, at the caller. */
export type CallerPolicy =
  | { readonly policy: 'retry'; readonly options: Complete<RetryPolicyOptions, 'attemptTimeoutMs'> }
  | { readonly policy: 'circuitBreaker'; readonly options: Complete<CircuitBreakerOptions> };

/** Stands around the handler, where it runs. */
export type HandlerPolicy =
  | { readonly policy: 'rateLimit'; readonly options: Complete<RateLimitOptions> }
  | { readonly policy: 'bulkhead'; readonly options: Complete<BulkheadOptions> };

/**
 * What `retry`, `circuitBreaker`, `rateLimit` and `bulkhead` give: what is wanted, without any state. Each application
 * keeps the state itself, one per type of message.
 *
 * @publicApi
 */
export type Policy = CallerPolicy | HandlerPolicy;

const POLICIES = new Set<unknown>(['retry', 'circuitBreaker', 'rateLimit', 'bulkhead']);

/** Whether something among the behaviors is a policy rather than a behavior. */
export function isPolicy(value: unknown): value is Policy {
  return (
    POLICIES.has((value as Partial<Policy> | null | undefined)?.policy) && !('handle' in (value as object))
  );
}

/** Whether something among the behaviors stands at the caller. */
export function isCallerPolicy(value: unknown): value is CallerPolicy {
  return isPolicy(value) && (value.policy === 'retry' || value.policy === 'circuitBreaker');
}

/** What keeps policies from being on messages of a kind, or undefined: one of each sort, and callers only of requests. */
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
