import type { Contender } from '../../processes/load/contender.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { PeerName } from '../peers/peers.js';

const INSERT = 'a bare INSERT';
const CATGA = 'Catga append';
const EMMETT = 'Emmett appendToStream';
const OF_THE_INSERT = 0.6;

function appends(inFlight: number): Scenario {
  const id = `appends-${inFlight}`;
  return {
    id,
    title: `appends of one event to one of a thousand streams, ${inFlight} side by side`,
    async run(broker, effort) {
      const each = { nodes: 0, load: { kind: 'closed', inFlight } } as const;
      const contenders: readonly Contender<PeerName>[] = [
        { ...each, name: INSERT, peer: 'insert' },
        { ...each, name: CATGA, peer: 'append' },
        { ...each, name: EMMETT, peer: 'emmett' },
      ];
      const measured = await measure(contenders, broker, effort);
      return {
        ...loadTable(measured, { unit: 'appends', reference: INSERT }),
        remarks: ['Each is a transaction of its own, on disk when it is answered.'],
        verdicts: [
          timesTheRate({ scenario: id, measured, contender: CATGA, other: INSERT }, OF_THE_INSERT),
          timesTheRate({ scenario: id, measured, contender: CATGA, other: EMMETT }, 1),
        ],
      };
    },
  };
}

export const APPENDS: readonly Scenario[] = [1, 50].map(appends);
