import { RoundRobinRouting } from './round-robin-routing.js';
import type { RoutingCandidate, RoutingRequest, RoutingStrategy } from './routing-strategy.js';

/** Routes to this node if it handles the request, else round-robin over the others. */
export class LocalFirstRouting implements RoutingStrategy {
  private readonly others = new RoundRobinRouting();

  select(request: RoutingRequest, candidates: readonly RoutingCandidate[]): RoutingCandidate {
    for (const candidate of candidates) {
      if (candidate.node.nodeId === request.selfNodeId) return candidate;
    }
    return this.others.select(request, candidates);
  }
}
