import { spreadOf } from '../measure/statistics.js';
import type { Row } from '../measure/interleaved.js';
import { formatBytes, formatRate, formatRatio, formatSpread } from './format.js';
import type { Result } from './report.js';

/** The titles of what {@link cellsOf} gives. */
export function headings({ scenario }: Result): readonly string[] {
  return ['', `${scenario.unit}/s`, 'spread', `÷ ${scenario.reference}`, 'heap each'];
}

/** One contender as a line of a table. */
export function cellsOf({ scenario }: Result, row: Row): readonly string[] {
  const ratio = row.timesFaster[scenario.reference];
  return [
    row.contender,
    formatRate(row.callsPerSecond.median),
    formatSpread(spreadOf(row.callsPerSecond)),
    ratio === undefined ? '–' : formatRatio(ratio.median),
    row.bytesPerCall === undefined ? '–' : formatBytes(row.bytesPerCall),
  ];
}
