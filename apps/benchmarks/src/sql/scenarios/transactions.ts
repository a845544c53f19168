import type { Contender } from '../../processes/load/contender.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { PeerName } from '../peers/peers.js';

const BARE = 'a row';
const CATGA = 'a row and Catga publish';
const PREPARED = 'a row and Catga publish, prepared statements';
const OF_THE_BARE_ONE = 0.7;

/** Until a transaction is committed; nobody handles its message. */
function transactions(inFlight: number): Scenario {
  const id = `transactions-${inFlight}`;
  return {
    id,
    title: `transactions that insert a row and send a message, ${inFlight} side by side`,
    async run(broker, effort) {
      const each = { nodes: 0, load: { kind: 'closed', inFlight } } as const;
      const contenders: readonly Contender<PeerName>[] = [
        { ...each, name: BARE, peer: 'bare' },
        { ...each, name: CATGA, peer: 'outbox' },
        { ...each, name: PREPARED, peer: 'preparedOutbox' },
        { ...each, name: 'a row and a row of a polled outbox', peer: 'polled' },
        { ...each, name: 'a row and graphile-worker add_job', peer: 'graphile' },
      ];
      const measured = await measure(contenders, broker, effort);
      return {
        ...loadTable(measured, { unit: 'transactions', reference: BARE }),
        remarks: [
          'Catga and the polled outbox send their messages to NATS meanwhile; jobs stay in their table.',
          'Prepared statements are an option of `pg()`; all others send theirs as text, as `pg` does.',
        ],
        verdicts: [CATGA, PREPARED].map((contender) =>
          timesTheRate({ scenario: id, measured, contender, other: BARE }, OF_THE_BARE_ONE),
        ),
      };
    },
  };
}

export const TRANSACTIONS: readonly Scenario[] = [1, 50].map(transactions);
