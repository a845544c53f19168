import type { Contender } from '../../processes/load/contender.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { atMostMore } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { PeerName } from '../peers/peers.js';

const id = 'handled';
const PUBLISH = 'Catga publish without outbox';
const CATGA = 'Catga publish in a transaction';
const MORE_MS = 5;

export const HANDLED: Scenario = {
  id,
  title: 'from COMMIT until a handler in another process runs, one at a time',
  async run(broker, effort) {
    const each = { nodes: 1, load: { kind: 'handled' } } as const;
    const contenders: readonly Contender<PeerName>[] = [
      { ...each, name: PUBLISH, peer: 'publish' },
      { ...each, name: CATGA, peer: 'outbox' },
      { ...each, name: 'outbox polled every 100 ms', peer: 'polled' },
      { ...each, name: 'graphile-worker', peer: 'graphile' },
    ];
    const measured = await measure(contenders, broker, effort);
    return {
      ...loadTable(measured, { unit: 'messages', reference: PUBLISH }),
      remarks: [
        'Latencies count from the acknowledged COMMIT, and without an outbox from the call of `publish`. Rates include the ' +
          'transactions; the messages without outbox have none.',
      ],
      verdicts: [
        atMostMore(
          { scenario: id, measured, contender: CATGA, other: PUBLISH },
          'p50',
          ({ result }) => result.p50Ms,
          MORE_MS,
        ),
      ],
    };
  },
};
