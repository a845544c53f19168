import { candidateAt } from './candidate-at.js';
import type { RoutingCandidate, RoutingRequest, RoutingStrategy } from './routing-strategy.js';

/**
 * Routes to the node with the least load: running and waiting requests of its last heartbeat, plus this sender's
 * unanswered ones. Ties go round-robin.
 */
export class LeastLoadedRouting implements RoutingStrategy {
  private turn = 0;

  select(_request: RoutingRequest, candidates: readonly RoutingCandidate[]): RoutingCandidate {
    let least = Infinity;
    let even = 0;
    for (const candidate of candidates) {
      const load = loadOf(candidate);
      if (load < least) {
        least = load;
        even = 1;
      } else if (load === least) {
        even++;
      }
    }
    this.turn = (this.turn + 1) >>> 0;
    let passed = this.turn % even;
    for (const candidate of candidates) {
      if (loadOf(candidate) === least && passed-- === 0) return candidate;
    }
    return candidateAt(candidates, 0);
  }
}

/** A node with an invalid load is the last choice, not an error. */
function loadOf({ node: { load }, inFlightHere }: RoutingCandidate): number {
  const sum = load.inFlight + load.queued + inFlightHere;
  return Number.isNaN(sum) ? Infinity : sum;
}
