import { finalMix, murmurHash } from '../routing/murmur-hash.js';

/** The lane of a key, or of whatever is to be found in one lane: the same on every node. */
export function laneOf(text: string, lanes: number): number {
  return murmurHash(text) % lanes;
}

/** Another order of the nodes for each lane, so that what a node leaves is spread over the others. */
export function rankOf(nodeId: string, lane: number): number {
  return finalMix(murmurHash(nodeId) ^ Math.imul(lane + 1, 0x9e37_79b9));
}

/** Which of some nodes owns a lane: rendezvous hashing. Undefined if there is none. */
export function ownerOf(lane: number, nodeIds: Iterable<string>): string | undefined {
  let owner: string | undefined;
  let highest = -1;
  for (const nodeId of nodeIds) {
    const rank = rankOf(nodeId, lane);
    if (rank > highest || (rank === highest && owner !== undefined && nodeId < owner)) {
      owner = nodeId;
      highest = rank;
    }
  }
  return owner;
}
