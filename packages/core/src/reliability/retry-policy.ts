/** How failed deliveries of reliable messages are repeated. */
export interface RetryOptions {
  /** How often a message is tried before it becomes a dead letter. */
  readonly maxAttempts: number;
  /** The pause after the first failure, in milliseconds. */
  readonly initialDelayMs: number;
  /** The longest pause, in milliseconds. */
  readonly maxDelayMs: number;
  /** How much longer each pause is than the one before. */
  readonly multiplier: number;
  /** Whether a pause is drawn at random between half of itself and all of it, so that failures do not come in step. */
  readonly jitter: boolean;
}

/** The pause after the attempt of this number, in milliseconds: exponential and bounded. */
export function retryDelayMs(
  retry: RetryOptions,
  attempt: number,
  random: () => number = Math.random,
): number {
  if (retry.initialDelayMs === 0) return 0; // However often it is multiplied: 0 times Infinity is no number.
  const delayMs = Math.min(retry.maxDelayMs, retry.initialDelayMs * retry.multiplier ** (attempt - 1));
  return retry.jitter ? delayMs * (0.5 + random() / 2) : delayMs;
}

/** Whether trying again can help: not if the error says it cannot. */
export function isRetryable(error: Error): boolean {
  return (error as { readonly retryable?: unknown }).retryable !== false;
}
