import { candidateAt } from './candidate-at.js';
import { finalMix, murmurHash } from './murmur-hash.js';
import { RoundRobinRouting } from './round-robin-routing.js';
import type { RoutingCandidate, RoutingRequest, RoutingStrategy } from './routing-strategy.js';

/** How many ids of nodes are remembered with their hash. */
const MOST_REMEMBERED = 1024;

/**
 * Requests of one key to one node, on every sender and across restarts of the node: rendezvous hashing (Thaler and
 * Ravishankar, 1998). For each key every node has a weight of its own, and the heaviest gets it; so a node that leaves
 * gives up only its keys, evenly to the others, and one that comes takes only its share. Requests without a key go
 * round-robin.
 */
export class ConsistentHashRouting implements RoutingStrategy {
  private readonly hashOfNode = new Map<string, number>();
  private readonly withoutKey = new RoundRobinRouting();

  select(request: RoutingRequest, candidates: readonly RoutingCandidate[]): RoutingCandidate {
    const { key } = request;
    if (key === undefined) return this.withoutKey.select(request, candidates);
    const hashOfKey = murmurHash(key);
    let heaviest = candidateAt(candidates, 0);
    let mostWeight = -1;
    for (const candidate of candidates) {
      const { nodeId } = candidate.node;
      const weight = weightOf(hashOfKey, this.hashOf(nodeId));
      const isHeavier = weight > mostWeight || (weight === mostWeight && nodeId < heaviest.node.nodeId);
      if (!isHeavier) continue;
      heaviest = candidate;
      mostWeight = weight;
    }
    return heaviest;
  }

  private hashOf(nodeId: string): number {
    let hash = this.hashOfNode.get(nodeId);
    if (hash === undefined) {
      // Nodes named at random come and go for ever; the present ones are soon remembered again.
      if (this.hashOfNode.size >= MOST_REMEMBERED) this.hashOfNode.clear();
      hash = murmurHash(nodeId);
      this.hashOfNode.set(nodeId, hash);
    }
    return hash;
  }
}

/** Twice, since one pass over the difference alone would tie the weights of two nodes to each other. */
function weightOf(hashOfKey: number, hashOfNode: number): number {
  return finalMix(finalMix(hashOfKey ^ hashOfNode) + hashOfNode);
}
