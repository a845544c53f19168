import { candidateAt } from './candidate-at.js';
import type { RoutingCandidate, RoutingRequest, RoutingStrategy } from './routing-strategy.js';

/** Routes to a random node, with equal probability. */
export class RandomRouting implements RoutingStrategy {
  /** @param random at least 0, below 1 */
  constructor(private readonly random: () => number = Math.random) {}

  select(_request: RoutingRequest, candidates: readonly RoutingCandidate[]): RoutingCandidate {
    const place = Math.floor(this.random() * candidates.length);
    return candidateAt(candidates, Math.min(place, candidates.length - 1));
  }
}
