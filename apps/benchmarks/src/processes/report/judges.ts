import { formatMillis, formatRate, formatRatio } from '../../report/format.js';
import { atLeast, atMost } from '../../report/verdict.js';
import type { Verdict } from '../../report/verdict.js';
import type { Summary } from '../../measure/statistics.js';
import { difference, figure, ratio } from '../load/measure.js';
import type { Measured } from '../load/measure.js';
import type { Sample } from '../load/running-contender.js';
import { named } from './load-table.js';

/** Two contenders of a scenario, the first divided by the second. */
export interface Compared {
  readonly scenario: string;
  readonly measured: readonly Measured[];
  readonly contender: string;
  readonly other: string;
}

/** So many times the rate of another. */
export function timesTheRate(compared: Compared, required: number): Verdict {
  const summary = summaryOf(compared, ({ perSecond }) => perSecond);
  return {
    target: targetOf(compared, 'rate'),
    required: `≥ ${formatRatio(required)}`,
    measured: said(summary),
    verdict: atLeast(summary, required),
  };
}

/** At most this part of another's figure. */
export function atMostTimes(
  compared: Compared,
  what: string,
  pick: (sample: Sample) => number,
  allowed: number,
): Verdict {
  const summary = summaryOf(compared, pick);
  return {
    target: targetOf(compared, what),
    required: `≤ ${formatRatio(allowed)}`,
    measured: said(summary),
    verdict: atMost(summary, allowed),
  };
}

/** At most so many milliseconds more than another's. */
export function atMostMore(
  compared: Compared,
  what: string,
  pick: (sample: Sample) => number,
  allowedMs: number,
): Verdict {
  const { scenario, measured, contender, other } = compared;
  const summary = difference(named(measured, contender), named(measured, other), pick);
  const { median, lowerQuartile, upperQuartile } = summary;
  return {
    target: `${scenario}: ${what} of ${contender} − ${other}`,
    required: `≤ ${formatMillis(allowedMs)} ms`,
    measured: `${formatMillis(median)} ms (${formatMillis(lowerQuartile)} to ${formatMillis(upperQuartile)})`,
    verdict: atMost(summary, allowedMs),
  };
}

/** A rate of its own. */
export function atLeastTheRate(
  { scenario, measured, contender }: Omit<Compared, 'other'>,
  required: number,
): Verdict {
  const summary = figure(named(measured, contender), ({ perSecond }) => perSecond);
  const { median, lowerQuartile, upperQuartile } = summary;
  return {
    target: `${scenario}: rate of ${contender}`,
    required: `≥ ${formatRate(required)}/s`,
    measured: `${formatRate(median)}/s (${formatRate(lowerQuartile)} to ${formatRate(upperQuartile)})`,
    verdict: atLeast(summary, required),
  };
}

/** p50 and p99, each at most this part of another's. */
export function latencyAtMost(compared: Compared, allowed: number): readonly Verdict[] {
  return [
    atMostTimes(compared, 'p50', ({ result }) => result.p50Ms, allowed),
    atMostTimes(compared, 'p99', ({ result }) => result.p99Ms, allowed),
  ];
}

function summaryOf({ measured, contender, other }: Compared, pick: (sample: Sample) => number): Summary {
  return ratio(named(measured, contender), named(measured, other), pick);
}

function targetOf({ scenario, contender, other }: Compared, what: string): string {
  return `${scenario}: ${what} of ${contender} ÷ ${other}`;
}

function said({ median, lowerQuartile, upperQuartile }: Summary): string {
  return `${formatRatio(median)} (${formatRatio(lowerQuartile)} to ${formatRatio(upperQuartile)})`;
}
