import type { Contender } from '../../processes/load/contender.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { PeerName } from '../peers/peers.js';

const INSERT = 'a bare INSERT';
const CATGA = 'Catga append';
const PREPARED = 'Catga append, prepared statements';
const EMMETT = 'Emmett appendToStream';
const JS_PUBLISH = 'js.publish, expecting the last message';
const ON_NATS = 'Catga append, on NATS';
const ON_SQL = 'Catga append, on PostgreSQL';
/** Of what a client does by hand. */
const OF_BY_HAND = 0.6;

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
        { ...each, name: PREPARED, peer: 'preparedAppend' },
        { ...each, name: EMMETT, peer: 'emmett' },
      ];
      const measured = await measure(contenders, broker, effort);
      return {
        ...loadTable(measured, { unit: 'appends', reference: INSERT }),
        remarks: [
          'Each is a transaction of its own, on disk when it is answered. Prepared statements are an option of `pg()`; all others send theirs as text, as `pg` does.',
        ],
        verdicts: [
          timesTheRate({ scenario: id, measured, contender: CATGA, other: INSERT }, OF_BY_HAND),
          timesTheRate({ scenario: id, measured, contender: PREPARED, other: INSERT }, OF_BY_HAND),
          timesTheRate({ scenario: id, measured, contender: CATGA, other: EMMETT }, 1),
        ],
      };
    },
  };
}

function appendsOnNats(inFlight: number): Scenario {
  const id = `nats-appends-${inFlight}`;
  return {
    id,
    title: `appends of one event to one of a thousand streams on NATS, ${inFlight} side by side`,
    async run(broker, effort) {
      const each = { nodes: 0, load: { kind: 'closed', inFlight } } as const;
      const contenders: readonly Contender<PeerName>[] = [
        { ...each, name: JS_PUBLISH, peer: 'jsPublish' },
        { ...each, name: ON_NATS, peer: 'appendOnNats' },
        { ...each, name: ON_SQL, peer: 'append' },
      ];
      const measured = await measure(contenders, broker, effort);
      return {
        ...loadTable(measured, { unit: 'appends', reference: JS_PUBLISH }),
        remarks: [
          'nats-server acknowledges what it has written to its file, and has it on disk within two minutes (`sync_interval`); PostgreSQL has each on disk.',
        ],
        verdicts: [
          timesTheRate({ scenario: id, measured, contender: ON_NATS, other: JS_PUBLISH }, OF_BY_HAND),
        ],
      };
    },
  };
}

const SIDE_BY_SIDE = [1, 50];

export const APPENDS: readonly Scenario[] = [
  ...SIDE_BY_SIDE.map(appends),
  ...SIDE_BY_SIDE.map(appendsOnNats),
];
