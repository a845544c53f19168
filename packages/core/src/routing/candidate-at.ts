import type { RoutingCandidate } from './routing-strategy.js';

/** The candidate at a place, which a strategy has made sure is there. */
export function candidateAt(candidates: readonly RoutingCandidate[], place: number): RoutingCandidate {
  const candidate = candidates[place];
  if (candidate === undefined) throw new RangeError(`No candidate ${place} of ${candidates.length}.`);
  return candidate;
}
