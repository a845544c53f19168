import type { KnownNode } from '../../discovery/known-node.js';
import type { PendingRequest } from './pending-request.js';

/** Limit of unanswered requests per node; beyond it requests go to another node or are refused. */
const UNANSWERED_LIMITS = Object.freeze({ maxRequests: 65_536, maxBytes: 64 * 1024 * 1024 });

/** Whether a node is below its limit. */
export function hasRoom({ inFlightHere, bytesHere }: KnownNode): boolean {
  const { maxRequests, maxBytes } = UNANSWERED_LIMITS;
  return inFlightHere < maxRequests && bytesHere < maxBytes;
}

/** Adds a request to the unanswered ones of a node. */
export function count(target: KnownNode, { body }: PendingRequest): void {
  target.inFlightHere++;
  target.bytesHere += body.length;
}

/** Removes it. */
export function discount({ target, body }: PendingRequest): void {
  target.inFlightHere--;
  target.bytesHere -= body.length;
}
