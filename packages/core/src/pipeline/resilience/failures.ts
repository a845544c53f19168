import { CatgaError } from '../../errors/catga-error.js';
import type { CatgaErrorCode } from '../../errors/error-catalogue.js';
import { readOf } from '../../errors/well-formed.js';

/** Codes of errors caused by the request or its sender; other requests of the type may succeed. */
const BLAMES_REQUEST: ReadonlySet<CatgaErrorCode> = new Set<CatgaErrorCode>([
  'CATGA_CONFIGURATION',
  'CATGA_IDEMPOTENCY_MISMATCH',
  'CATGA_NODE_NOT_FOUND',
  'CATGA_PAYLOAD_TOO_LARGE',
  'CATGA_SERIALIZATION',
  'CATGA_UNSUPPORTED',
  'CATGA_VALIDATION_FAILED',
]);

/** HTTP 4xx statuses that are still caused by the server or its load. */
const NOT_THE_CLIENT: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether an error is marked as retryable. */
export function isDeclaredRetryable(error: Error): boolean {
  return (error as { readonly retryable?: unknown }).retryable === true;
}

/** Whether the caller cancelled, which is not a failure of the handler. */
export function isCancellation(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_CANCELLED';
}

/** Whether an error is a failure of the handler or the path to it, and not caused by the request. */
export function isFailureOfHandling(error: Error): boolean {
  if (error instanceof CatgaError) return !BLAMES_REQUEST.has(error.code);
  // The status that Nest's `HttpException` has, and most HTTP clients' errors: 404 is an answer, 502 is none.
  const status = readOf(error, 'status');
  const blamesClient = typeof status === 'number' && status >= 400 && status < 500;
  return !blamesClient || NOT_THE_CLIENT.has(status);
}

/** Retry delay of an error, in milliseconds; 0 without one. */
export function retryAfterMsOf(error: Error): number {
  const after = error instanceof CatgaError ? error.details.retryAfterMs : undefined;
  return typeof after === 'number' && after > 0 ? after : 0;
}
