import type { NodeAddress } from '../ports/links.js';

/** What maps know an address by: two starts of one node are two. */
export function addressKey({ nodeId, incarnation }: NodeAddress): string {
  return `${nodeId} ${incarnation}`;
}
