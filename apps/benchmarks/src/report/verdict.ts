import type { Summary } from '../measure/statistics.js';

/** A figure that has to be reached, and what was reached: nothing is met or missed that the spread reaches across. */
export interface Verdict {
  readonly target: string;
  readonly required: string;
  readonly measured: string;
  readonly verdict: 'met' | 'missed' | 'within the spread';
}

export function atLeast({ lowerQuartile, upperQuartile }: Summary, required: number): Verdict['verdict'] {
  if (lowerQuartile >= required) return 'met';
  return upperQuartile < required ? 'missed' : 'within the spread';
}

export function atMost({ lowerQuartile, upperQuartile }: Summary, allowed: number): Verdict['verdict'] {
  if (upperQuartile <= allowed) return 'met';
  return lowerQuartile > allowed ? 'missed' : 'within the spread';
}
