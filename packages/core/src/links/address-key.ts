import type { NodeAddress } from '../ports/links.js';

/** Map key of an address, with the incarnation. */
export function addressKey({ nodeId, incarnation }: NodeAddress): string {
  return `${nodeId} ${incarnation}`;
}
