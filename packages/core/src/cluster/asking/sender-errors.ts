import type { KnownNode } from '../../discovery/known-node.js';
import { CatgaError } from '../../errors/catga-error.js';

/** Error of a request whose node and all other candidates are gone. */
export function lostError(name: string, nodeId: string): CatgaError {
  return new CatgaError(
    'CATGA_NODE_LOST',
    `${name}: node ${nodeId} is lost, and no other node handles the message.`,
    {
      details: { name, nodeId },
    },
  );
}

/** Error of a request when all candidates have too many unanswered requests. */
export function tooMuchUnanswered(name: string, { nodeId, inFlightHere, bytesHere }: KnownNode): CatgaError {
  return new CatgaError(
    'CATGA_OVERLOADED',
    `${name} was refused: node ${nodeId} has ${inFlightHere} unanswered requests of ${bytesHere} bytes in flight.`,
    { details: { name, nodeId, unanswered: inFlightHere, unansweredBytes: bytesHere } },
  );
}

/** Whether a refusal may be specific to one node. */
export function isWorthAnotherNode(reason: Error): boolean {
  return !(reason instanceof CatgaError) || reason.retryable;
}

/** Error of a reply that violates the protocol. */
export function notOnTheWire(what: string, cause?: unknown): CatgaError {
  return new CatgaError('CATGA_SERIALIZATION', `${what} violates the wire protocol.`, { cause });
}
