import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { Contender } from '../../processes/load/contender.js';
import type { PeerName } from '../peers/peers.js';

const id = 'reads';
const FIRST = 'the first 500 events';
const LAST = 'the last 500 events';
const EVENTS = 1_000_000;
/** So many for each millisecond of a round, where rounds are short. */
const FOR_EACH_MS = 2000;
const AS_FAST = 0.9;

export const READS: Scenario = {
  id,
  title: 'reading a page of all events, of a million',
  async run(broker, effort) {
    const rows = Math.min(EVENTS, effort.roundMs * FOR_EACH_MS);
    const reads = (name: string, isAtTheEnd: boolean): Contender<PeerName> => ({
      name,
      peer: 'readAll',
      nodes: 1,
      settings: { rows, isAtTheEnd },
      load: { kind: 'closed', inFlight: 1 },
    });
    // To fill a table takes longer than to measure.
    const rounds = effort.generations * effort.rounds;
    const measured = await measure([reads(FIRST, false), reads(LAST, true)], broker, {
      ...effort,
      generations: 1,
      rounds,
    });
    return {
      ...loadTable(measured, { unit: 'pages', reference: FIRST }),
      remarks: [`${rows.toLocaleString('en')} events. The database has statistics of the table.`],
      verdicts: [timesTheRate({ scenario: id, measured, contender: LAST, other: FIRST }, AS_FAST)],
    };
  },
};
