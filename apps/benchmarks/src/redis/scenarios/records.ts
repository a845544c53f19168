import type { Contender } from '../../processes/load/contender.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { PeerName } from '../peers/peers.js';

const id = 'records';
const SET_NX = 'ioredis SET NX, pipelined';
const CLAIM = 'Catga claim of an id';
const PART_OF_THE_CLIENT = 0.5;

export const RECORDS: Scenario = {
  id,
  title: 'records of ids that the whole cluster shares, 1000 in flight',
  async run(broker, effort) {
    const each = { nodes: 0, load: { kind: 'closed', inFlight: 1000 } } as const;
    const contenders: readonly Contender<PeerName>[] = [
      { ...each, name: SET_NX, peer: 'setNx' },
      { ...each, name: CLAIM, peer: 'records' },
      { ...each, name: 'ioredis SET NX, then SET of the outcome', peer: 'setNx', settings: { qos: 2 } },
      { ...each, name: 'Catga claim of an id, then its outcome', peer: 'records', settings: { qos: 2 } },
    ];
    const measured = await measure(contenders, broker, effort);
    return {
      ...loadTable(measured, { unit: 'records', reference: SET_NX }),
      remarks: [
        'A claim has a lease by the clock of the server and a fencing token; SET NX has a time to live.',
      ],
      verdicts: [
        timesTheRate({ scenario: id, measured, contender: CLAIM, other: SET_NX }, PART_OF_THE_CLIENT),
      ],
    };
  },
};
