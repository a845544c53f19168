import { formatMillis, formatRate, formatRatio, formatSpread } from '../../report/format.js';
import { spreadOf } from '../../measure/statistics.js';
import type { Verdict } from '../../report/verdict.js';
import type { Broker } from '../../processes/load/broker.js';
import type { Contender, Effort } from '../../processes/load/contender.js';
import { figure, measure, ratio } from '../../processes/load/measure.js';
import type { Measured } from '../../processes/load/measure.js';
import type { Finding, Scenario } from '../../processes/report/finding.js';
import { latencyAtMost } from '../../processes/report/judges.js';
import { named } from '../../processes/report/load-table.js';
import { catga } from './contenders.js';

const WITH_WINDOW = 'Catga send (QoS 1)';
const AT_ONCE = "each turn's frame at once";
const LOW = 5_000;
const MIDDLE = 60_000;
/** The first of these that this machine can hold is the highest rate. */
const HIGH = [150_000, 125_000, 100_000, 80_000];
/** The arrivals come at this part of the rate they are meant to, or the rate is not held. */
const HELD = 0.97;
const id = 'open-loop';

export const OPEN_LOOP: Scenario = {
  id,
  title: 'requests that arrive by themselves, each in its own turn of the event loop',
  async run(broker, effort) {
    const tried = HIGH.slice(0, effort.triedRates);
    const high = await highestRate(tried, broker, effort);
    const findings: Finding[] = [];
    for (const rate of [LOW, MIDDLE, ...(high === undefined ? [] : [high])]) {
      findings.push(await atRate(rate, broker, effort));
    }
    const [first] = findings;
    return {
      headings: first?.headings ?? [],
      rows: findings.flatMap(({ rows }) => rows),
      remarks: [
        'Arrivals are a Poisson process. A latency counts from when a request should have arrived, not from when it ' +
          'was sent, so a side that cannot keep up shows it.',
        `Tried for the highest rate that this machine holds: ${tried.map(formatRate).join(', ')} a second. ` +
          (high === undefined ? 'It held none of them.' : `It held ${formatRate(high)}.`),
      ],
      verdicts: [
        ...findings.flatMap(({ verdicts }) => verdicts),
        ...(high === undefined ? [heldNone(tried)] : []),
      ],
    };
  },
};

function contendersAt(perSecond: number): readonly Contender[] {
  const asItIs = catga({ kind: 'arrivals', perSecond });
  return [
    { ...asItIs, name: WITH_WINDOW },
    { ...asItIs, name: AT_ONCE, settings: { ...asItIs.settings, holdsFrames: false } },
  ];
}

/** The targets of a rate that this machine cannot hold cannot be judged; that is said, not left out. */
function heldNone(tried: readonly number[]): Verdict {
  return {
    target: `${id}: the highest rate that is held`,
    required: `≥ ${formatRate(Math.min(...tried))}/s`,
    measured: 'none',
    verdict: 'missed',
  };
}

async function highestRate(
  rates: readonly number[],
  broker: Broker,
  effort: Effort,
): Promise<number | undefined> {
  for (const rate of rates) {
    const [measured] = await measure(contendersAt(rate).slice(0, 1), broker, {
      ...effort,
      generations: 1,
      rounds: Math.min(effort.rounds, 3),
    });
    if (measured !== undefined && holds(measured, rate)) return rate;
  }
  return undefined;
}

/** A rate is held when the arrivals keep it, none of them fails, and the answers keep up with them. */
function holds(measured: Measured, rate: number): boolean {
  const reached = figure(measured, ({ result }) => result.arrivedPerSecond ?? 0).median;
  const failed = figure(measured, ({ result }) => result.failed).median;
  const answered = figure(measured, ({ perSecond }) => perSecond).median;
  return reached >= rate * HELD && failed === 0 && answered >= rate * HELD;
}

async function atRate(rate: number, broker: Broker, effort: Effort): Promise<Finding> {
  const measured = await measure(contendersAt(rate), broker, effort);
  const other = named(measured, AT_ONCE);
  const scenario = `${id} ${formatRate(rate)}/s`;
  return {
    headings: [
      '',
      'arrivals/s',
      'reached',
      'failed',
      'p50 ms',
      'p99 ms',
      'p50 ÷ at once',
      'spread',
      'p99 ÷ at once',
      'spread',
      'CPU µs, requester',
      'handler',
      'nats-server',
    ],
    rows: measured.map((row) => line(row, other, rate)),
    remarks: [],
    verdicts: latencyAtMost(
      { scenario, measured, contender: WITH_WINDOW, other: AT_ONCE },
      rate === LOW ? 1 : 0.7,
    ),
  };
}

function line(row: Measured, atOnce: Measured, rate: number): readonly string[] {
  const median = (pick: Parameters<typeof figure>[1]): number => figure(row, pick).median;
  const p50 = ratio(row, atOnce, ({ result }) => result.p50Ms);
  const p99 = ratio(row, atOnce, ({ result }) => result.p99Ms);
  return [
    row.contender.name,
    formatRate(rate),
    formatRate(median(({ result }) => result.arrivedPerSecond ?? Number.NaN)),
    String(median(({ result }) => result.failed)),
    formatMillis(median(({ result }) => result.p50Ms)),
    formatMillis(median(({ result }) => result.p99Ms)),
    ...[p50, p99].flatMap((summary) => [
      formatRatio(summary.median),
      row === atOnce ? '–' : formatSpread(spreadOf(summary)),
    ]),
    formatRatio(median(({ requesterMicros }) => requesterMicros)),
    formatRatio(median(({ handlersMicros }) => handlersMicros)),
    formatRatio(median(({ brokerMicros }) => brokerMicros ?? Number.NaN)),
  ];
}
