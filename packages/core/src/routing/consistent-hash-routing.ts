import { candidateAt } from './candidate-at.js';
import { finalMix, murmurHash } from './murmur-hash.js';
import { RoundRobinRouting } from './round-robin-routing.js';
import type { RoutingCandidate, RoutingRequest, RoutingStrategy } from './routing-strategy.js';

/** Size of the cache of node id hashes. */
const MOST_REMEMBERED = 1024;

/**
 * Routes requests of one key to one node, from every sender and across restarts: rendezvous hashing (Thaler and
 * Ravishankar, 1998). Each node has a weight per key, and the heaviest gets the request; so the keys of a node that
 * leaves spread evenly over the others, and a new node takes only its share. Requests without a key go
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
      // Node ids may be random, so the cache would grow; present nodes are soon cached again.
      if (this.hashOfNode.size >= MOST_REMEMBERED) this.hashOfNode.clear();
      hash = murmurHash(nodeId);
      this.hashOfNode.set(nodeId, hash);
    }
    return hash;
  }
}

/** Mixed twice: with one pass over the difference the weights of two nodes would correlate. */
function weightOf(hashOfKey: number, hashOfNode: number): number {
  return finalMix(finalMix(hashOfKey ^ hashOfNode) + hashOfNode);
}
