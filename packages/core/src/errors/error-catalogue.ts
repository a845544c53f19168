/** Catalogue entry of an error code: whether it is retryable, and the hint. */
export interface ErrorDescription {
  /** Whether the same message, sent again later, may succeed. */
  readonly retryable: boolean;
  /** What the reader of the error should do. */
  readonly hint: string;
}

const entry = (retryable: boolean, hint: string): ErrorDescription => Object.freeze({ retryable, hint });

/** Every error code of Catga. `docs/reference/errors.md` lists the same codes, as a test checks. */
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
    'The caller aborted its signal, or the lease of the request expired; send it again if you need the result.',
  ),
  CATGA_NODE_NOT_FOUND: entry(false, 'Take the node id from mediator.nodes(); the node may have left.'),
  CATGA_NODE_LOST: entry(true, 'The node crashed or left before it replied; repeat with the same messageId.'),
  CATGA_OVERLOADED: entry(
    true,
    'Back off and repeat, or raise concurrency.maxInFlight and maxQueued, the bulkhead, or the storage limit of the engine or outbox.',
  ),
  CATGA_RATE_LIMITED: entry(true, 'Repeat after details.retryAfterMs, or raise the permits of rateLimit.'),
  CATGA_CIRCUIT_OPEN: entry(
    true,
    'Too many requests of this type failed; find the cause, and repeat after details.retryAfterMs.',
  ),
  CATGA_SHUTTING_DOWN: entry(
    true,
    'The node is not started or is shutting down; repeat on another node or after its restart.',
  ),
  CATGA_PAYLOAD_TOO_LARGE: entry(
    false,
    'Send a reference to the data instead of the data, or raise limits.maxPayloadBytes or limits.maxHeaderBytes.',
  ),
  CATGA_SERIALIZATION: entry(
    false,
    'Use plain data in messages, results and thrown errors, or configure a serializer that supports their types.',
  ),
  CATGA_VALIDATION_FAILED: entry(false, 'Correct the fields listed in details.issues.'),
  CATGA_IDEMPOTENCY_MISMATCH: entry(
    false,
    'The messageId was already used for a message with other content. Use a new id for a new message.',
  ),
  CATGA_ENGINE_UNAVAILABLE: entry(
    true,
    'The broker is disconnected or did not answer; check its address, its state and its permissions.',
  ),
  CATGA_DATABASE_UNAVAILABLE: entry(
    true,
    'The database of the outbox is disconnected or did not open a transaction; check its address, its state and its pool.',
  ),
  CATGA_UNSUPPORTED: entry(
    false,
    'Use an engine that supports this feature; give all nodes of a namespace one serializer and one protocol version.',
  ),
  CATGA_CONFIGURATION: entry(
    false,
    'Correct the options, decorators or arguments that the error text names.',
  ),
  CATGA_DEAD_LETTER_NOT_FOUND: entry(
    false,
    'Take the id from CatgaDeadLetters.list(); the dead letter may have been redriven, dropped or expired.',
  ),
  CATGA_SAGA_NOT_FOUND: entry(
    true,
    'The event that starts the saga may still be on its way. Otherwise take the name and the id from CatgaSagas.list().',
  ),
  CATGA_PROJECTION_NOT_FOUND: entry(
    false,
    'Take the name and the version from CatgaProjections.list(); only a node that runs a version can have it rebuilt.',
  ),
  CATGA_CONFLICT: entry(true, 'Too many concurrent writes of the same record; retry, and find the writers.'),
  CATGA_COMMAND_NOT_FOUND: entry(
    false,
    'Take name and id from CatgaQueue.list() or the receipt; the command may have ended, or was never queued.',
  ),
  CATGA_REMOTE: entry(
    false,
    'The handler on another node, or an earlier run, threw this error; its name, message and code are the original ones.',
  ),
});

/** Error code of a {@link CatgaError}. */
export type CatgaErrorCode = keyof typeof ERROR_CATALOGUE;
