import { formatRate, formatRatio, formatSpread } from '../../report/format.js';
import { atMost } from '../../report/verdict.js';
import { spreadOf } from '../../measure/statistics.js';
import type { Contender } from '../../processes/load/contender.js';
import { figure, measure, ratio } from '../../processes/load/measure.js';
import type { Measured } from '../../processes/load/measure.js';
import type { Sample } from '../../processes/load/running-contender.js';
import type { MemoryUse } from '../../processes/peers/peer.js';
import type { Scenario } from '../../processes/report/finding.js';
import { atLeastTheRate } from '../../processes/report/judges.js';
import { named } from '../../processes/report/load-table.js';
import type { PeerName } from '../peers/peers.js';

const id = 'drain';
const POLLED = 'outbox polled without a pause';
const CATGA = 'Catga';
const CATGA_KEYS = 'Catga, 1000 keys';
const KEYS = 1000;
const WAITING = 100_000;
/** So many for each millisecond of a round, where rounds are short. */
const FOR_EACH_MS = 200;
const PER_SECOND = 10_000;
const MORE_MIB = 256;
/** Of each contender, at most. */
export const DRAIN_ROUNDS = 3;

export const DRAIN: Scenario = {
  id,
  title: 'an outbox full of waiting messages, until they are sent and it is empty',
  async run(broker, effort) {
    const messages = Math.min(WAITING, effort.roundMs * FOR_EACH_MS);
    const each = { nodes: 0, load: { kind: 'drain', messages } } as const;
    const contenders: readonly Contender<PeerName>[] = [
      { ...each, name: POLLED, peer: 'polledDrain' },
      { ...each, name: CATGA, peer: 'drain' },
      { ...each, name: CATGA_KEYS, peer: 'drain', settings: { keys: KEYS } },
    ];
    // Its rounds are long.
    const rounds = Math.min(DRAIN_ROUNDS, effort.rounds);
    const measured = await measure(contenders, broker, { ...effort, generations: 1, rounds });
    const reference = named(measured, POLLED);
    return {
      headings: ['', 'messages/s', 'spread', `÷ ${POLLED}`, 'heap MiB', 'at most', 'RSS MiB', 'at most'],
      rows: measured.map((row) => line(row, reference)),
      remarks: [
        `${messages.toLocaleString('en')} messages wait. Catga counts from before the start of the node that finds them.`,
      ],
      verdicts: [
        atLeastTheRate({ scenario: id, measured, contender: CATGA }, PER_SECOND),
        atLeastTheRate({ scenario: id, measured, contender: CATGA_KEYS }, PER_SECOND),
        ...[CATGA, CATGA_KEYS].map((name) => {
          const grown = figure(named(measured, name), (sample) =>
            mebibytes(sample, ({ rssPeak, rssBefore }) => rssPeak - rssBefore),
          );
          return {
            target: `${id}: RSS of ${name}, more than before`,
            required: `≤ ${MORE_MIB} MiB`,
            measured: `${grown.median.toFixed(0)} MiB (${grown.lowerQuartile.toFixed(0)} to ${grown.upperQuartile.toFixed(0)})`,
            verdict: atMost(grown, MORE_MIB),
          };
        }),
      ],
    };
  },
};

function line(row: Measured, reference: Measured): readonly string[] {
  const rate = figure(row, ({ perSecond }) => perSecond);
  const memory = (pick: (memory: MemoryUse) => number): string =>
    figure(row, (sample) => mebibytes(sample, pick)).median.toFixed(0);
  return [
    row.contender.name,
    formatRate(rate.median),
    formatSpread(spreadOf(rate)),
    formatRatio(ratio(row, reference, ({ perSecond }) => perSecond).median),
    memory(({ heapBefore }) => heapBefore),
    memory(({ heapPeak }) => heapPeak),
    memory(({ rssBefore }) => rssBefore),
    memory(({ rssPeak }) => rssPeak),
  ];
}

function mebibytes({ result }: Sample, pick: (memory: MemoryUse) => number): number {
  return result.memory === undefined ? Number.NaN : pick(result.memory) / 2 ** 20;
}
