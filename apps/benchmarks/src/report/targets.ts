import type { Row } from '../measure/interleaved.js';
import { CATGA_BATCHES, CATGA_SUSTAINED, CATGA_TEXT } from '../local/ids.js';
import { CATGA_PUBLISH, EVENT_BUS } from '../local/publish.js';
import { CATGA_BATCH, COMMAND_BUS_BATCH } from '../local/send-batch.js';
import { CATGA_PASS_THROUGH, CATGA_SEND, COMMAND_BUS, RAW } from '../local/send.js';
import { formatBytes, formatRate, formatRatio } from './format.js';
import { rowOf } from './report.js';
import type { Report } from './report.js';
import { atLeast } from './verdict.js';
import type { Verdict } from './verdict.js';

/** Looks a figure up; undefined if its scenario did not run. */
type Judge = (report: Report) => Verdict | undefined;

const HEAP_ALLOWANCE_BYTES = 200;
const SEQUENCE_RATE = 2 ** 14 * 1000;
/** A sustained rate is capped by arithmetic and missed by the time of reading the ids; this share counts as reached. */
const SUSTAINED_SHARE = 0.95;

const JUDGES: readonly Judge[] = [
  times('send-1', CATGA_SEND, COMMAND_BUS, 2.5),
  times('send-1', CATGA_SEND, RAW, 0.7),
  heapAbove('send-1', CATGA_SEND, RAW),
  times('send-1', CATGA_PASS_THROUGH, COMMAND_BUS, 2),
  times('send-50', CATGA_SEND, COMMAND_BUS, 1.6),
  times('send-50', CATGA_SEND, RAW, 0.7),
  times('send-batch', CATGA_BATCH, COMMAND_BUS_BATCH, 2.5),
  times('publish-1', CATGA_PUBLISH, EVENT_BUS, 10),
  times('publish-3', CATGA_PUBLISH, EVENT_BUS, 10),
  rate('ids', CATGA_TEXT, 10e6),
  rate('ids', CATGA_BATCHES, 30e6),
  rate('ids', CATGA_SUSTAINED, SEQUENCE_RATE * SUSTAINED_SHARE),
  ({ uniqueness }) =>
    uniqueness && {
      target: 'CatgaIds: ids that repeat',
      required: 'none in 100,000,000',
      measured: `none in ${uniqueness.ids.toLocaleString('en')}`,
      verdict: uniqueness.ids >= 100e6 ? 'met' : 'missed',
    },
];

/** Every target whose scenario ran. */
export function judge(report: Report): readonly Verdict[] {
  return JUDGES.map((verdictOn) => verdictOn(report)).filter((verdict) => verdict !== undefined);
}

function times(scenario: string, contender: string, other: string, required: number): Judge {
  return (report) => {
    const ratio = rowOf(report, scenario, contender)?.timesFaster[other];
    return (
      ratio && {
        target: `${scenario}: ${contender} ÷ ${other}`,
        required: `≥ ${formatRatio(required)}`,
        measured: `${formatRatio(ratio.median)} (${formatRatio(ratio.lowerQuartile)} to ${formatRatio(ratio.upperQuartile)})`,
        verdict: atLeast(ratio, required),
      }
    );
  };
}

function rate(scenario: string, contender: string, required: number): Judge {
  return (report) => {
    const row: Row | undefined = rowOf(report, scenario, contender);
    return (
      row && {
        target: `${scenario}: ${contender}`,
        required: `≥ ${formatRate(required)}/s`,
        measured: `${formatRate(row.callsPerSecond.median)}/s`,
        verdict: atLeast(row.callsPerSecond, required),
      }
    );
  };
}

function heapAbove(scenario: string, contender: string, other: string): Judge {
  return (report) => {
    const own = rowOf(report, scenario, contender)?.bytesPerCall;
    const theirs = rowOf(report, scenario, other)?.bytesPerCall;
    if (own === undefined || theirs === undefined) return undefined;
    return {
      target: `${scenario}: heap of ${contender} − ${other}`,
      required: `≤ ${formatBytes(HEAP_ALLOWANCE_BYTES)}`,
      measured: formatBytes(own - theirs),
      verdict: own - theirs <= HEAP_ALLOWANCE_BYTES ? 'met' : 'missed',
    };
  };
}
