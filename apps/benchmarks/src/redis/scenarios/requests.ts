import type { Verdict } from '../../report/verdict.js';
import type { Contender } from '../../processes/load/contender.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { atMostTimes, timesTheRate } from '../../processes/report/judges.js';
import type { Compared } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import { catga, CLIENT_PROXY, clientProxy, moleculer, pubSub, QOS_1 } from './contenders.js';

const TIMES_CLIENT_PROXY = 5;

function requests(inFlight: number, judge: (compared: Compared) => readonly Verdict[]): Scenario {
  const id = `requests-${inFlight}`;
  return {
    id,
    title: `requests to another process, ${inFlight} in flight`,
    async run(broker, effort) {
      const measured = await measure(everyRequest({ kind: 'closed', inFlight }), broker, effort);
      return {
        ...loadTable(measured, { unit: 'requests', reference: CLIENT_PROXY }),
        remarks: [],
        verdicts: judge({ scenario: id, measured, contender: QOS_1, other: CLIENT_PROXY }),
      };
    },
  };
}

function everyRequest(load: Contender['load']): readonly Contender[] {
  return [
    clientProxy(load),
    moleculer(load),
    pubSub(load),
    catga(load),
    { ...catga(load), name: 'Catga query (QoS 0)', settings: { qos: 0 } },
    { ...catga(load), name: 'Catga send (QoS 2)', settings: { qos: 2 } },
  ];
}

/** Closed loops: a request is sent when one is answered. */
export const REQUESTS: readonly Scenario[] = [
  requests(1, (compared) => [atMostTimes(compared, 'p50', ({ result }) => result.p50Ms, 1)]),
  requests(100, () => []),
  requests(1000, (compared) => [timesTheRate(compared, TIMES_CLIENT_PROXY)]),
];
