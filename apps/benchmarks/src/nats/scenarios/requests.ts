import type { Verdict } from '../../report/verdict.js';
import type { Measured } from '../../processes/load/measure.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { latencyAtMost, timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import {
  CLIENT_PROXY,
  everyRequest,
  MOLECULER,
  QOS_0,
  QOS_1,
  QOS_2,
  RAW,
  TWO_RECORDS,
} from './contenders.js';

type Judge = (measured: readonly Measured[], scenario: string) => readonly Verdict[];

const ofRates =
  (...targets: readonly (readonly [contender: string, other: string, required: number])[]): Judge =>
  (measured, scenario) =>
    targets.map(([contender, other, required]) =>
      timesTheRate({ scenario, measured, contender, other }, required),
    );

function requests(inFlight: number, judges: readonly Judge[]): Scenario {
  const id = `requests-${inFlight}`;
  return {
    id,
    title: `requests to another process, ${inFlight} in flight`,
    async run(broker, effort) {
      const measured = await measure(everyRequest({ kind: 'closed', inFlight }), broker, effort);
      return {
        ...loadTable(measured, { unit: 'requests', reference: RAW }),
        remarks: [],
        verdicts: judges.flatMap((judge) => judge(measured, id)),
      };
    },
  };
}

const AS_FAST_AS_TWO_RECORDS = ofRates([QOS_2, TWO_RECORDS, 1]);

/** Closed loops: a request is sent when one is answered. */
export const REQUESTS: readonly Scenario[] = [
  requests(1, [
    (measured, scenario) => latencyAtMost({ scenario, measured, contender: QOS_1, other: RAW }, 1),
    AS_FAST_AS_TWO_RECORDS,
  ]),
  requests(100, [ofRates([QOS_1, RAW, 4]), AS_FAST_AS_TWO_RECORDS]),
  requests(1000, [
    ofRates([QOS_1, RAW, 6], [QOS_1, MOLECULER, 4], [QOS_1, CLIENT_PROXY, 7], [QOS_0, RAW, 8]),
    AS_FAST_AS_TWO_RECORDS,
  ]),
];
