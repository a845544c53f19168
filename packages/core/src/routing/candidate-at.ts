import type { RoutingCandidate } from './routing-strategy.js';

/** Candidate at an index, which the strategy has validated. */
export function candidateAt(candidates: readonly RoutingCandidate[], place: number): RoutingCandidate {
  const candidate = candidates[place];
  if (candidate === undefined) throw new RangeError(`No candidate ${place} of ${candidates.length}.`);
  return candidate;
}
