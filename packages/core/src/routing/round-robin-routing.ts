import { candidateAt } from './candidate-at.js';
import { murmurHash } from './murmur-hash.js';
import type { RoutingCandidate, RoutingRequest, RoutingStrategy } from './routing-strategy.js';

interface Turn {
  place: number;
  nodeId: string;
}

/**
 * Routes to each node in turn, separately per message name. Continues after the last chosen node at its current
 * position, so that joins and leaves neither skip nor repeat other nodes. Different senders begin with
 * different nodes.
 */
export class RoundRobinRouting implements RoutingStrategy {
  private readonly turns = new Map<string, Turn>();

  select({ name, selfNodeId }: RoutingRequest, candidates: readonly RoutingCandidate[]): RoutingCandidate {
    let turn = this.turns.get(name);
    if (turn === undefined) {
      turn = { place: murmurHash(selfNodeId) % candidates.length, nodeId: '' };
      this.turns.set(name, turn);
    } else {
      turn.place = placeAfter(turn, candidates);
    }
    const candidate = candidateAt(candidates, turn.place);
    turn.nodeId = candidate.node.nodeId;
    return candidate;
  }
}

function placeAfter({ place, nodeId }: Turn, candidates: readonly RoutingCandidate[]): number {
  const isWhereItWas = candidates[place]?.node.nodeId === nodeId;
  const last = isWhereItWas ? place : candidates.findIndex(({ node }) => node.nodeId === nodeId);
  // Its successor is now at its former position.
  const next = last < 0 ? place : last + 1;
  return next < candidates.length ? next : 0;
}
