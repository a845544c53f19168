import type { CatgaError, CatgaErrorCode, ValidationIssue } from '@catga/core';

/** What a client is told of an error: nothing that names a node, a subject or a host. */
export interface ErrorAnswer {
  /** The HTTP status. */
  readonly status: number;
  readonly code: CatgaErrorCode | undefined;
  readonly message: string;
  readonly retryable: boolean;
  /** What is wrong with the fields of an invalid message. */
  readonly issues: readonly ValidationIssue[] | undefined;
  /** After how many milliseconds a repeat may succeed, where that is known. */
  readonly retryAfterMs: number | undefined;
}

interface PublicError {
  readonly status: number;
  readonly message: string;
  /** Unless the error says. */
  readonly retryAfterMs?: number;
}

/** The pause for which a client is asked where the error itself does not say: what is short of room or restarts. */
const SHORT_PAUSE_MS = 1000;

/** The codes that say something to a client. */
const PUBLIC_ERRORS: Partial<Record<CatgaErrorCode, PublicError>> = {
  CATGA_VALIDATION_FAILED: { status: 400, message: 'The request is invalid.' },
  CATGA_NODE_NOT_FOUND: { status: 404, message: 'The node does not exist.' },
  CATGA_DEAD_LETTER_NOT_FOUND: { status: 404, message: 'The dead letter does not exist.' },
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

/** What a client is told of an error; a code that is no business of clients is 500 without it. */
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

/** Those of another node are whatever it sent. */
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
