import { CatgaError } from '../../errors/catga-error.js';
import type { CatgaErrorCode } from '../../errors/error-catalogue.js';
import { readOf } from '../../errors/well-formed.js';

/** Codes that blame the request or its sender: another request of the type may well succeed. */
const BLAMES_REQUEST: ReadonlySet<CatgaErrorCode> = new Set<CatgaErrorCode>([
  'CATGA_CONFIGURATION',
  'CATGA_IDEMPOTENCY_MISMATCH',
  'CATGA_NODE_NOT_FOUND',
  'CATGA_PAYLOAD_TOO_LARGE',
  'CATGA_SERIALIZATION',
  'CATGA_UNSUPPORTED',
  'CATGA_VALIDATION_FAILED',
]);

/** HTTP statuses from 400 on that blame the server, its load or its patience all the same. */
const NOT_THE_CLIENT: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether an error says of itself that trying again may help. */
export function isDeclaredRetryable(error: Error): boolean {
  return (error as { readonly retryable?: unknown }).retryable === true;
}

/** Whether the caller gave up, which says nothing of whoever was asked. */
export function isCancellation(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_CANCELLED';
}

/** Whether an error says something of the handler and the way to it: all do but those that blame the request. */
export function isFailureOfHandling(error: Error): boolean {
  if (error instanceof CatgaError) return !BLAMES_REQUEST.has(error.code);
  // The status that Nest's `HttpException` has, and most HTTP clients' errors: 404 is an answer, 502 is none.
  const status = readOf(error, 'status');
  const blamesClient = typeof status === 'number' && status >= 400 && status < 500;
  return !blamesClient || NOT_THE_CLIENT.has(status);
}

/** How long an error asks to be left alone, in milliseconds; 0 if it does not say. */
export function retryAfterMsOf(error: Error): number {
  const after = error instanceof CatgaError ? error.details.retryAfterMs : undefined;
  return typeof after === 'number' && after > 0 ? after : 0;
}
