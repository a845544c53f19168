import type { Contender } from '../../processes/load/contender.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { atMostTimes, timesTheRate } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';
import type { PeerName } from '../peers/peers.js';

const STORED = 'ioredis XADD, pipelined';
const HANDLED = 'ioredis XADD, XREADGROUP, XACK, pipelined';
const ADDED = 'BullMQ add';
const PROCESSED = 'BullMQ add and process';
const PUBLISH = 'Catga publish (QoS 1)';
const PUBLISH_KEYS = 'Catga publish (QoS 1), 500 keys';
const KEYS = 500;
const TIMES_BULL_MQ = 10;
const TIMES_BULL_MQ_KEYS = 8;
const TIMES_THE_CLIENT = 1.4;
const TIMES_THE_CLIENT_KEYS = 1.2;
/** What is asked of one in flight, of the client's time. */
const OF_THE_CLIENTS_P50 = 1.25;

type Load = Contender['load'];

/** Until Redis has said that it is stored; nobody handles it. */
function stored(inFlight: number): Scenario {
  return {
    id: `durable-publish-${inFlight}`,
    title: `events stored, ${inFlight} in flight`,
    async run(broker, effort) {
      const load: Load = { kind: 'closed', inFlight };
      const contenders = [
        raw(STORED, 0, load),
        bullMq(ADDED, 0, load),
        ...published(0, load),
        enqueued(0, load),
      ];
      const measured = await measure(contenders, broker, effort);
      const compared = {
        scenario: `durable-publish-${inFlight}`,
        measured,
        contender: PUBLISH,
        other: STORED,
      };
      const verdicts =
        inFlight === 1
          ? [atMostTimes(compared, 'p50', ({ result }) => result.p50Ms, OF_THE_CLIENTS_P50)]
          : [];
      return { ...loadTable(measured, { unit: 'events', reference: STORED }), remarks: [], verdicts };
    },
  };
}

/** Until a handler in another process has had all of it. */
const handled: Scenario = {
  id: 'durable-handled',
  title: 'events stored, until a handler in another process has had them',
  async run(broker, effort) {
    const load: Load = { kind: 'events' };
    const contenders = [
      raw(HANDLED, 1, load),
      bullMq(PROCESSED, 1, load),
      ...published(1, load),
      enqueued(1, load),
    ];
    const measured = await measure(contenders, broker, effort);
    const compared = { scenario: 'durable-handled', measured, contender: PUBLISH };
    return {
      ...loadTable(measured, { unit: 'events', reference: HANDLED, hasLatency: false }),
      remarks: ['A thousand events are stored at a time, the next thousand when these are.'],
      verdicts: [
        timesTheRate({ ...compared, other: PROCESSED }, TIMES_BULL_MQ),
        timesTheRate({ ...compared, contender: PUBLISH_KEYS, other: PROCESSED }, TIMES_BULL_MQ_KEYS),
        timesTheRate({ ...compared, other: HANDLED }, TIMES_THE_CLIENT),
        timesTheRate({ ...compared, contender: PUBLISH_KEYS, other: HANDLED }, TIMES_THE_CLIENT_KEYS),
      ],
    };
  },
};

function raw(name: string, nodes: number, load: Load): Contender<PeerName> {
  return { name, peer: 'stream', nodes, load };
}

function bullMq(name: string, nodes: number, load: Load): Contender<PeerName> {
  return { name, peer: 'bullMq', nodes, load };
}

function published(nodes: number, load: Load): readonly Contender<PeerName>[] {
  const publish = { peer: 'durable', nodes, load } as const;
  return [
    { ...publish, name: PUBLISH, settings: { stores: 'events', qos: 1 } },
    { ...publish, name: PUBLISH_KEYS, settings: { stores: 'events', qos: 1, keys: KEYS } },
    { ...publish, name: 'Catga publish (QoS 2)', settings: { stores: 'events', qos: 2 } },
  ];
}

function enqueued(nodes: number, load: Load): Contender<PeerName> {
  return { name: 'Catga enqueue', peer: 'durable', nodes, settings: { stores: 'commands' }, load };
}

/** What is kept until it is handled, beside the client's own way of keeping it and a queue of jobs. */
export const DURABLE: readonly Scenario[] = [...[1, 100, 1000].map(stored), handled];
