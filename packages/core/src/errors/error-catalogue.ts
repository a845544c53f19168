/** What is known of an error code before it happens: whether trying again can help, and what to do about it. */
export interface ErrorDescription {
  /** Whether the same message, sent again later, may succeed. */
  readonly retryable: boolean;
  /** What the reader of the error should do. */
  readonly hint: string;
}

const entry = (retryable: boolean, hint: string): ErrorDescription => Object.freeze({ retryable, hint });

/** Every error code of Catga. `docs/reference/errors.md` lists the same codes; a test holds the two together. */
export const ERROR_CATALOGUE = Object.freeze({
  CATGA_NO_HANDLER: entry(
    true,
    'Start a node that handles the message, or add a class with @RequestHandler(ThatMessage) to the providers of a ' +
      'module that the application imports.',
  ),
  CATGA_TIMEOUT: entry(
    true,
    'The handler may still be running. Repeat with the same messageId to get its outcome, or raise timeoutMs.',
  ),
  CATGA_CANCELLED: entry(
    false,
    'The caller aborted its signal; send again if the answer is wanted after all.',
  ),
  CATGA_NODE_NOT_FOUND: entry(false, 'Take the node id from mediator.nodes(); the node may have left.'),
  CATGA_NODE_LOST: entry(
    true,
    'The node left while it worked on the request; repeat with the same messageId.',
  ),
  CATGA_OVERLOADED: entry(
    true,
    'Back off and repeat, or raise concurrency.maxInFlight and maxQueued, or the bulkhead, if the machine has room.',
  ),
  CATGA_RATE_LIMITED: entry(true, 'Repeat after details.retryAfterMs, or raise the permits of rateLimit.'),
  CATGA_CIRCUIT_OPEN: entry(
    true,
    'Requests of this type failed too often; see why, and repeat after details.retryAfterMs.',
  ),
  CATGA_SHUTTING_DOWN: entry(
    true,
    'The node takes no new work; repeat on another node or after its restart.',
  ),
  CATGA_PAYLOAD_TOO_LARGE: entry(
    false,
    'Send a reference to the data instead of the data, or raise limits.maxPayloadBytes or limits.maxHeaderBytes.',
  ),
  CATGA_SERIALIZATION: entry(
    false,
    'Messages, results and thrown errors that are stored must be plain data for the configured serializer.',
  ),
  CATGA_VALIDATION_FAILED: entry(false, 'Correct the fields listed in details.issues.'),
  CATGA_IDEMPOTENCY_MISMATCH: entry(
    false,
    'The messageId was used for a message with another content. Use a new id for a new message.',
  ),
  CATGA_ENGINE_UNAVAILABLE: entry(true, 'The engine could not be reached; check its address and its state.'),
  CATGA_UNSUPPORTED: entry(
    false,
    'Choose an engine that supports this, or lower what is asked of it; nodes need one serializer and one version.',
  ),
  CATGA_CONFIGURATION: entry(
    false,
    'Correct what the message names; the application does not start until then.',
  ),
  CATGA_DEAD_LETTER_NOT_FOUND: entry(
    false,
    'Take the id from CatgaDeadLetters.list(); it may have been redriven.',
  ),
  CATGA_REMOTE: entry(false, 'The handler threw this error; its name, message and code were kept.'),
});

/** The code of a {@link CatgaError}. */
export type CatgaErrorCode = keyof typeof ERROR_CATALOGUE;
