import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { Contender } from '../../processes/load/contender.js';
import type { PeerName } from '../peers/peers.js';

const id = 'loads';
const LONG = 'a stream of 10,000 events';
const SHORT = 'a stream of 200 events';
/** As fast: within what differs from run to run. */
const AS_FAST = 0.9;

export const LOADS: Scenario = {
  id,
  title: 'loading the state of a stream, with a snapshot every 200 events',
  async run(broker, effort) {
    const loads = (name: string, rows: number): Contender<PeerName> => ({
      name,
      peer: 'load',
      nodes: 0,
      settings: { rows },
      load: { kind: 'closed', inFlight: 1 },
    });
    const measured = await measure([loads(SHORT, 200), loads(LONG, 10_000)], broker, effort);
    return {
      ...loadTable(measured, { unit: 'loads', reference: SHORT }),
      remarks: ['Both have a snapshot of their last event: a load is two statements.'],
      verdicts: [timesTheRate({ scenario: id, measured, contender: LONG, other: SHORT }, AS_FAST)],
    };
  },
};
