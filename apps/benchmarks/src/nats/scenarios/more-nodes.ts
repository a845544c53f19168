import { formatRate, formatRatio, formatSpread } from '../../report/format.js';
import { spreadOf } from '../../measure/statistics.js';
import type { Contender } from '../../processes/load/contender.js';
import { figure, measure, ratio } from '../../processes/load/measure.js';
import type { Measured } from '../../processes/load/measure.js';
import type { Sample } from '../../processes/load/running-contender.js';
import type { Scenario } from '../../processes/report/finding.js';
import { atMostTimes } from '../../processes/report/judges.js';
import { named } from '../../processes/report/load-table.js';
import { catga } from './contenders.js';

const SIZES = [1, 2, 4, 8];
const IN_FLIGHT = 1000;
const MAY_GROW_TO = 1.1;
const id = 'more-nodes';

const nameOf = (nodes: number): string => (nodes === 1 ? '1 handling node' : `${nodes} handling nodes`);
const nodesMicros = ({ requesterMicros, handlersMicros }: Sample): number => requesterMicros + handlersMicros;

export const MORE_NODES: Scenario = {
  id,
  title: `the same load over more handling nodes: QoS 1, ${IN_FLIGHT} in flight`,
  async run(broker, effort) {
    const contenders = SIZES.map((nodes): Contender => {
      return { ...catga({ kind: 'closed', inFlight: IN_FLIGHT }), name: nameOf(nodes), nodes };
    });
    const measured = await measure(contenders, broker, effort);
    const one = named(measured, nameOf(1));
    return {
      headings: [
        '',
        'requests/s',
        'CPU µs a request, requester',
        'all handlers',
        'nats-server',
        'requester and handlers ÷ 1 node',
        'spread',
      ],
      rows: measured.map((row) => line(row, one)),
      remarks: [
        'All nodes share the cores of this machine with each other, so more of them can make nothing faster here; ' +
          'what is measured is what a request costs when its frames are spread over more of them.',
      ],
      verdicts: SIZES.slice(1).map((nodes) =>
        atMostTimes(
          { scenario: id, measured, contender: nameOf(nodes), other: nameOf(1) },
          'CPU',
          nodesMicros,
          MAY_GROW_TO,
        ),
      ),
    };
  },
};

function line(row: Measured, one: Measured): readonly string[] {
  const growth = ratio(row, one, nodesMicros);
  const median = (pick: (sample: Sample) => number): number => figure(row, pick).median;
  return [
    row.contender.name,
    formatRate(median(({ perSecond }) => perSecond)),
    formatRatio(median(({ requesterMicros }) => requesterMicros)),
    formatRatio(median(({ handlersMicros }) => handlersMicros)),
    formatRatio(median(({ brokerMicros }) => brokerMicros ?? Number.NaN)),
    formatRatio(growth.median),
    row === one ? '–' : formatSpread(spreadOf(growth)),
  ];
}
