import { formatMillis, formatShare } from '../../report/format.js';
import type { Contender } from '../../processes/load/contender.js';
import { figure, measure } from '../../processes/load/measure.js';
import type { Measured } from '../../processes/load/measure.js';
import type { Sample } from '../../processes/load/running-contender.js';
import type { Scenario } from '../../processes/report/finding.js';
import { catga } from './contenders.js';

const IN_FLIGHT = [1, 100, 1000];

/** What a step took of a request, in milliseconds: a mean, since means add up. */
const STEPS: readonly (readonly [title: string, ms: (sample: Sample) => number])[] = [
  ['there: encode, frame, decode', (sample) => stepMs(sample, 'there')],
  ['claim of the id, one trip to the record', (sample) => stepMs(sample, 'claim')],
  ['handler', (sample) => stepMs(sample, 'handler')],
  ['the outcome into the record, one trip', (sample) => stepMs(sample, 'complete')],
  [
    'back: the reply',
    (sample) =>
      sample.result.meanMs -
      stepMs(sample, 'there') -
      stepMs(sample, 'claim') -
      stepMs(sample, 'handler') -
      stepMs(sample, 'complete'),
  ],
  ['all of it', ({ result }) => result.meanMs],
];

export const RECORD_STEPS: Scenario = {
  id: 'record-steps',
  title: 'where the time of a QoS 2 request goes',
  async run(broker, effort) {
    const contenders = IN_FLIGHT.map((inFlight): Contender => {
      const settings = { qos: 2, timesSteps: true } as const;
      return { ...catga({ kind: 'closed', inFlight }), name: `${inFlight} in flight`, settings };
    });
    const measured = await measure(contenders, broker, effort);
    return {
      headings: ['', ...measured.flatMap(({ contender }) => [`${contender.name}, ms`, 'share'])],
      rows: STEPS.map(([title, ms]) => [title, ...measured.flatMap((row) => cells(row, ms))]),
      remarks: ['Means. The calls of the record are timed where the handler runs.'],
      verdicts: [],
    };
  },
};

function cells(row: Measured, ms: (sample: Sample) => number): readonly string[] {
  const share = figure(row, (sample) => ms(sample) / sample.result.meanMs);
  return [formatMillis(figure(row, ms).median), formatShare(share.median)];
}

function stepMs({ steps }: Sample, step: 'there' | 'claim' | 'handler' | 'complete'): number {
  return steps === undefined ? Number.NaN : steps[step] / steps.requests;
}
