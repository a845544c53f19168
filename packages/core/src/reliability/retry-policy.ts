/** Retry options of reliable messages. */
export interface RetryOptions {
  /** Attempts before a message is dead-lettered. */
  readonly maxAttempts: number;
  /** Delay after the first failure, in milliseconds. */
  readonly initialDelayMs: number;
  /** Maximum delay, in milliseconds. */
  readonly maxDelayMs: number;
  /** Factor between consecutive delays. */
  readonly multiplier: number;
  /** Whether each delay is random between half of its value and all of it, to spread retries. */
  readonly jitter: boolean;
}

/** Delay after an attempt, in milliseconds: exponential and bounded. */
export function retryDelayMs(
  retry: RetryOptions,
  attempt: number,
  random: () => number = Math.random,
): number {
  if (retry.initialDelayMs === 0) return 0; // However often it is multiplied: 0 times Infinity is no number.
  const delayMs = Math.min(retry.maxDelayMs, retry.initialDelayMs * retry.multiplier ** (attempt - 1));
  return retry.jitter ? delayMs * (0.5 + random() / 2) : delayMs;
}

/** Whether an error may be retried: not with `retryable: false`. */
export function isRetryable(error: Error): boolean {
  return (error as { readonly retryable?: unknown }).retryable !== false;
}
