import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { atLeastTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { Contender } from '../../processes/load/contender.js';
import type { PeerName } from '../peers/peers.js';

const id = 'projections';
const CATGA = 'Catga, batches of 1000';
const EVENTS = 100_000;
/** So many for each millisecond of a round, where rounds are short. */
const FOR_EACH_MS = 200;
const PER_SECOND = 20_000;
const ROUNDS = 4;

export const PROJECTIONS: Scenario = {
  id,
  title: 'a read model with a row for each event, until it has all',
  async run(broker, effort) {
    const events = Math.min(EVENTS, effort.roundMs * FOR_EACH_MS);
    const contender: Contender<PeerName> = {
      name: CATGA,
      peer: 'project',
      nodes: 0,
      load: { kind: 'drain', messages: events },
    };
    const rounds = Math.min(ROUNDS, effort.rounds);
    const measured = await measure([contender], broker, { ...effort, generations: 1, rounds });
    return {
      ...loadTable(measured, { unit: 'events', reference: CATGA }),
      remarks: [
        `${events.toLocaleString('en')} events wait. The time counts from before the start of the node. One method with \`@OnBatch\`, one INSERT for a batch.`,
      ],
      verdicts: [atLeastTheRate({ scenario: id, measured, contender: CATGA }, PER_SECOND)],
    };
  },
};
