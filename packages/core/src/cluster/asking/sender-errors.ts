import type { KnownNode } from '../../discovery/known-node.js';
import { CatgaError } from '../../errors/catga-error.js';

/** A node is gone, and so is everyone else who could have taken its request. */
export function lostError(name: string, nodeId: string): CatgaError {
  return new CatgaError(
    'CATGA_NODE_LOST',
    `${name}: node ${nodeId} is lost, and no other node handles the message.`,
    {
      details: { name, nodeId },
    },
  );
}

/** As much as may be is unanswered at a node, and at every other one. */
export function tooMuchUnanswered(name: string, { nodeId, inFlightHere, bytesHere }: KnownNode): CatgaError {
  return new CatgaError(
    'CATGA_OVERLOADED',
    `${name} was refused: node ${nodeId} has ${inFlightHere} unanswered requests of ${bytesHere} bytes in flight.`,
    { details: { name, nodeId, unanswered: inFlightHere, unansweredBytes: bytesHere } },
  );
}

/** A refusal that another node may not share. */
export function isWorthAnotherNode(reason: Error): boolean {
  return !(reason instanceof CatgaError) || reason.retryable;
}

/** The error of an answer that is not what the protocol says. */
export function notOnTheWire(what: string, cause?: unknown): CatgaError {
  return new CatgaError('CATGA_SERIALIZATION', `${what} violates the wire protocol.`, { cause });
}
