import type { CatgaError, CatgaErrorCode, ValidationIssue } from '@catga/core';

/** Error response for a client, without names of nodes, subjects or hosts. */
export interface ErrorAnswer {
  /** The HTTP status. */
  readonly status: number;
  readonly code: CatgaErrorCode | undefined;
  readonly message: string;
  readonly retryable: boolean;
  /** Validation issues of an invalid message. */
  readonly issues: readonly ValidationIssue[] | undefined;
  /** Time after which a retry may succeed, in milliseconds, if known. */
  readonly retryAfterMs: number | undefined;
}

interface PublicError {
  readonly status: number;
  readonly message: string;
  /** Default, if the error has none. */
  readonly retryAfterMs?: number;
}

/** Default `Retry-After` of overload and shutdown errors, in milliseconds. */
const SHORT_PAUSE_MS = 1000;

/** Codes that are shown to clients. */
const PUBLIC_ERRORS: Partial<Record<CatgaErrorCode, PublicError>> = {
  CATGA_VALIDATION_FAILED: { status: 400, message: 'The request is invalid.' },
  CATGA_NODE_NOT_FOUND: { status: 404, message: 'The node does not exist.' },
  CATGA_DEAD_LETTER_NOT_FOUND: { status: 404, message: 'The dead letter does not exist.' },
  CATGA_COMMAND_NOT_FOUND: { status: 404, message: 'The command is not queued.' },
  CATGA_SAGA_NOT_FOUND: { status: 404, message: 'The saga does not exist.' },
  CATGA_PROJECTION_NOT_FOUND: { status: 404, message: 'The projection does not exist.' },
  CATGA_IDEMPOTENCY_MISMATCH: {
    status: 409,
    message: 'The idempotency key was already used for another request.',
  },
  CATGA_PAYLOAD_TOO_LARGE: { status: 413, message: 'The request is too large.' },
  CATGA_RATE_LIMITED: { status: 429, message: 'Too many requests.' },
  CATGA_CANCELLED: { status: 499, message: 'The request was cancelled.' },
  CATGA_NO_HANDLER: { status: 503, message: 'No handler for the request is running.' },
  CATGA_CIRCUIT_OPEN: { status: 503, message: 'Too many requests failed; the circuit breaker is open.' },
  CATGA_OVERLOADED: { status: 503, message: 'The service is overloaded.', retryAfterMs: SHORT_PAUSE_MS },
  CATGA_SHUTTING_DOWN: {
    status: 503,
    message: 'The service is shutting down.',
    retryAfterMs: SHORT_PAUSE_MS,
  },
  CATGA_ENGINE_UNAVAILABLE: { status: 503, message: 'The service is unavailable.' },
  CATGA_NODE_LOST: { status: 503, message: 'The service crashed while it handled the request.' },
  CATGA_TIMEOUT: { status: 504, message: 'The request timed out.' },
};

/** Error response of an error; 500 without a code for internal codes. */
export function answerOf({ code, details, retryable }: CatgaError): ErrorAnswer {
  const known = PUBLIC_ERRORS[code];
  if (known === undefined) {
    return {
      status: 500,
      code: undefined,
      message: 'Internal server error',
      retryable: false,
      issues: undefined,
      retryAfterMs: undefined,
    };
  }
  const { status, message } = known;
  const { retryAfterMs } = details;
  const isKnown = typeof retryAfterMs === 'number' && retryAfterMs > 0 && Number.isFinite(retryAfterMs);
  return {
    status,
    code,
    message,
    retryable,
    issues: issuesOf(details.issues),
    retryAfterMs: isKnown ? retryAfterMs : known.retryAfterMs,
  };
}

/** Validates the issues, which may come from another node. */
function issuesOf(issues: unknown): readonly ValidationIssue[] | undefined {
  if (!Array.isArray(issues)) return undefined;
  return issues.map((issue: { readonly path?: unknown; readonly message?: unknown } | null) => ({
    path: textOf(issue?.path),
    message: textOf(issue?.message),
  }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
