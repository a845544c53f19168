import { formatMillis, formatRate, formatRatio, formatSpread } from '../../report/format.js';
import { spreadOf } from '../../measure/statistics.js';
import { figure, ratio } from '../load/measure.js';
import type { Measured } from '../load/measure.js';
import type { Finding } from './finding.js';

/** What {@link loadTable} has to know of what was measured. */
export interface LoadTable {
  /** What one operation is, in the plural: requests, events. */
  readonly unit: string;
  /** The contender the others are divided by. */
  readonly reference: string;
  /**
   * How many of them an operation is.
   * @defaultValue 1
   */
  readonly each?: number;
  /** Whether operations have a latency. */
  readonly hasLatency?: boolean;
}

/** Rates, ratios, latencies and CPU, a contender a line. */
export function loadTable(
  measured: readonly Measured[],
  { unit, reference, each = 1, hasLatency = true }: LoadTable,
): Pick<Finding, 'headings' | 'rows'> {
  const latency = hasLatency ? ['p50 ms', 'p99 ms'] : [];
  const headings = [
    '',
    `${unit}/s`,
    'spread',
    `÷ ${reference}`,
    'spread',
    ...latency,
    'CPU µs, requester',
    'handler',
    'server',
  ];
  const other = named(measured, reference);
  return { headings, rows: measured.map((row) => line(row, other, each, hasLatency)) };
}

function line(row: Measured, reference: Measured, each: number, hasLatency: boolean): readonly string[] {
  const rate = figure(row, ({ perSecond }) => perSecond * each);
  const faster = ratio(row, reference, ({ perSecond }) => perSecond);
  const median = (pick: Parameters<typeof figure>[1]): number => figure(row, pick).median;
  const cpu = (pick: Parameters<typeof figure>[1]): string => formatRatio(median(pick) / each);
  const latency = hasLatency
    ? [median(({ result }) => result.p50Ms), median(({ result }) => result.p99Ms)].map(formatMillis)
    : [];
  return [
    row.contender.name,
    formatRate(rate.median),
    formatSpread(spreadOf(rate)),
    formatRatio(faster.median),
    row === reference ? '–' : formatSpread(spreadOf(faster)),
    ...latency,
    cpu(({ requesterMicros }) => requesterMicros),
    row.contender.nodes === 0 ? '–' : cpu(({ handlersMicros }) => handlersMicros),
    cpu(({ brokerMicros }) => brokerMicros ?? Number.NaN),
  ];
}

/** The measurements of a contender that took part. */
export function named(measured: readonly Measured[], name: string): Measured {
  const found = measured.find(({ contender }) => contender.name === name);
  if (found === undefined) throw new RangeError(`No contender '${name}'.`);
  return found;
}
