import { CatgaError } from './catga-error.js';

/** Timeout of a message. */
export function timeoutError(name: string, patienceMs: number): CatgaError {
  const timeoutMs = Math.round(patienceMs); // The rest of a deadline may be a fraction.
  return new CatgaError('CATGA_TIMEOUT', `${name} timed out after ${timeoutMs} ms.`, {
    details: { name, timeoutMs },
  });
}

/** Cancellation of a request by its caller's signal; a `CatgaError` as the reason is passed on unchanged. */
export function cancelledError(name: string, signal: AbortSignal): CatgaError {
  const reason: unknown = signal.reason;
  return reason instanceof CatgaError
    ? reason
    : new CatgaError('CATGA_CANCELLED', `${name} was cancelled by its caller.`, {
        details: { name },
        cause: reason,
      });
}

/** The outcome of a queued command that was cancelled before a handler began it. */
export function cancelledInQueue({ name, messageId }: { name: string; messageId: string }): CatgaError {
  return new CatgaError('CATGA_CANCELLED', `${name} was cancelled in the queue; no handler has begun it.`, {
    details: { name, messageId },
  });
}

/** Refusal of work by a node that has not started. */
export function notStartedError(name: string, nodeId: string): CatgaError {
  return new CatgaError(
    'CATGA_SHUTTING_DOWN',
    `${name}: node ${nodeId} has not started; send messages after the application is initialised.`,
    { details: { name, nodeId } },
  );
}

/** Refusal of work by a node that is shutting down. */
export function shuttingDownError(name: string, nodeId: string): CatgaError {
  return new CatgaError('CATGA_SHUTTING_DOWN', `${name}: node ${nodeId} is shutting down.`, {
    details: { name, nodeId },
  });
}

/** Use of an id for two different messages. */
export function mismatchError(name: string, messageId: string): CatgaError {
  return new CatgaError(
    'CATGA_IDEMPOTENCY_MISMATCH',
    `The messageId '${messageId}' was already used for a message with other content.`,
    { details: { messageId, name } },
  );
}

/** Abort reason of a run whose lease expired: another node took its message over. */
export function takenOverError(name: string, messageId: string): CatgaError {
  return new CatgaError(
    'CATGA_CANCELLED',
    `${name}: the lease expired and another node took the message over; this run is aborted and its outcome is discarded.`,
    {
      details: { name, messageId },
    },
  );
}

/** Conflict of node ids: another process runs under this node's id. */
export function nodeIdTakenError(nodeId: string, incarnation: number, taken: number): CatgaError {
  return new CatgaError(
    'CATGA_CONFIGURATION',
    `Another process uses the nodeId ${nodeId}: give each running node a unique nodeId.`,
    { details: { nodeId, incarnation, taken } },
  );
}

/** Use beyond its process of a message that stays there. */
export function localMessageError(name: string, what: string): CatgaError {
  return new CatgaError(
    'CATGA_CONFIGURATION',
    `${name} cannot ${what}: with remote: 'named' a message without a name of its own stays in its process. Give it @Message({ name }).`,
    { details: { name } },
  );
}
