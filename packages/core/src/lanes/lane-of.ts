import { finalMix, murmurHash } from '../routing/murmur-hash.js';

/** Lane of a key, or of another text: the same on every node. */
export function laneOf(text: string, lanes: number): number {
  return murmurHash(text) % lanes;
}

/** Rank of a node for a lane; differs by lane, so that the lanes of a leaving node spread over the others. */
export function rankOf(nodeId: string, lane: number): number {
  return finalMix(murmurHash(nodeId) ^ Math.imul(lane + 1, 0x9e37_79b9));
}

/** Owner of a lane among some nodes, by rendezvous hashing. Undefined without nodes. */
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
