import { CatgaError } from './catga-error.js';

/** The error of a message that took too long. */
export function timeoutError(name: string, patienceMs: number): CatgaError {
  const timeoutMs = Math.round(patienceMs); // What is left of a deadline is a fraction.
  return new CatgaError('CATGA_TIMEOUT', `${name} was not finished within ${timeoutMs} ms.`, {
    details: { name, timeoutMs },
  });
}

/** The error of a request whose caller aborted its signal; Catga's own reasons are passed on as they are. */
export function cancelledError(name: string, signal: AbortSignal): CatgaError {
  const reason: unknown = signal.reason;
  return reason instanceof CatgaError
    ? reason
    : new CatgaError('CATGA_CANCELLED', `${name} was cancelled by its caller.`, {
        details: { name },
        cause: reason,
      });
}

/** The error of work that is offered to a node that has not started. */
export function notStartedError(name: string, nodeId: string): CatgaError {
  return new CatgaError(
    'CATGA_SHUTTING_DOWN',
    `${name}: node ${nodeId} has not started; send once the application is initialised.`,
    { details: { name, nodeId } },
  );
}

/** The error of work that is offered to a node that stops. */
export function shuttingDownError(name: string, nodeId: string): CatgaError {
  return new CatgaError('CATGA_SHUTTING_DOWN', `${name}: node ${nodeId} takes no new work.`, {
    details: { name, nodeId },
  });
}

/** Why the signal of a run is aborted that stood still for so long that another node has its message now. */
export function takenOverError(name: string, messageId: string): CatgaError {
  return new CatgaError(
    'CATGA_CANCELLED',
    `${name}: another node took the message over; its outcome counts.`,
    {
      details: { name, messageId },
    },
  );
}

/** The error of a node whose id another process took. */
export function nodeIdTakenError(nodeId: string, incarnation: number, taken: number): CatgaError {
  return new CatgaError(
    'CATGA_CONFIGURATION',
    `Another process announced itself as node ${nodeId} since this one did: each running node needs an id of its own.`,
    { details: { nodeId, incarnation, taken } },
  );
}
