import type { Verdict } from '../../report/verdict.js';
import type { Contender } from '../../processes/load/contender.js';
import { measure } from '../../processes/load/measure.js';
import type { Scenario } from '../../processes/report/finding.js';
import { atMostTimes, timesTheRate } from '../../processes/report/judges.js';
import type { Compared } from '../../processes/report/judges.js';
import { loadTable } from '../../processes/report/load-table.js';

const STORED = 'js.publish, one message each';
const HANDLED = 'js.publish, consume and ack';
const TRANSPORT = 'nestjs-nats-jetstream-transport emit';
const TURN_IN_ONE = 'js.publish, a turn in one message';
const PUBLISH = 'Catga publish (QoS 1)';
const PUBLISH_ONCE = 'Catga publish (QoS 2)';
const ENQUEUE = 'Catga enqueue';
const KEYS = 500;
const withKeys = (name: string): string => `${name}, ${KEYS} keys`;

/** How many times the client's rate is asked for, by how many are in flight. */
const STORED_TARGETS = [
  { inFlight: 100, contender: PUBLISH, times: 4.5 },
  { inFlight: 1000, contender: PUBLISH, times: 6 },
  { inFlight: 1000, contender: withKeys(PUBLISH), times: 4.5 },
];
const HANDLED_TARGETS = [
  { contender: PUBLISH, times: 5 },
  { contender: withKeys(PUBLISH), times: 4 },
  { contender: PUBLISH_ONCE, times: 4 },
  { contender: withKeys(PUBLISH_ONCE), times: 3 },
];
/** What is asked of one in flight, of the client's time. */
const OF_THE_CLIENTS_P50 = 0.95;
const ENQUEUED_TIMES = 4;
const HANDLER_MS = 10;
const CONCURRENCY = 256;
const WITH_KEYS_OF_WITHOUT = 0.9;

/** What its row does not show. */
const OF_THE_TRANSPORT =
  '`@nestjs-plugins/nestjs-nats-jetstream-transport` 2.2.6 with `manualAck`: the handler acknowledges by itself, and one event is ' +
  'handled after the other. It has no backoff, no dead letters, no order by key and no record of successes.';

type Stores = 'events' | 'commands';

/** Stores, and nobody handles: until the broker has said that it is stored. */
function stored(stores: Stores, inFlight: number): Scenario {
  const id = `${stores === 'events' ? 'durable-publish' : 'enqueue'}-${inFlight}`;
  const contender = stores === 'events' ? PUBLISH : ENQUEUE;
  const load = { kind: 'closed', inFlight } as const;
  return {
    id,
    title: `${stores} stored in files, ${inFlight} in flight`,
    async run(broker, effort) {
      const measured = await measure(contendersOf(stores, STORED, 0, load), broker, effort);
      const compared = { scenario: id, measured, contender, other: STORED };
      return {
        ...loadTable(measured, { unit: stores, reference: STORED }),
        remarks: stores === 'events' ? [OF_THE_TRANSPORT] : [],
        verdicts: stores === 'events' ? judged(inFlight, compared) : [],
      };
    },
  };
}

/** Stores, and a handler in another process has had all of it. */
function handled(stores: Stores): Scenario {
  const id = `${stores === 'events' ? 'durable' : 'enqueue'}-handled`;
  const contender = stores === 'events' ? PUBLISH : ENQUEUE;
  return {
    id,
    title: `${stores} stored in files, until a handler in another process has had them`,
    async run(broker, effort) {
      const measured = await measure(contendersOf(stores, HANDLED, 1, { kind: 'events' }), broker, effort);
      const compared = { scenario: id, measured, contender, other: HANDLED };
      return {
        ...loadTable(measured, { unit: stores, reference: HANDLED, hasLatency: false }),
        remarks: [
          `A thousand ${stores} are stored at a time, the next thousand when these are.`,
          ...(stores === 'events' ? [OF_THE_TRANSPORT] : []),
        ],
        verdicts:
          stores === 'events'
            ? HANDLED_TARGETS.map(({ contender: name, times }) =>
                timesTheRate({ ...compared, contender: name }, times),
              )
            : [timesTheRate(compared, ENQUEUED_TIMES)],
      };
    },
  };
}

function contendersOf(
  stores: Stores,
  client: string,
  nodes: number,
  load: Contender['load'],
): readonly Contender[] {
  const raw: Contender = { name: client, peer: 'jetStream', nodes, settings: { stores }, load };
  const catga = (name: string, qos: 1 | 2, keys?: number): Contender => ({
    name: keys === undefined ? name : withKeys(name),
    peer: 'durable',
    nodes,
    settings: { stores, qos, keys },
    load,
  });
  if (stores === 'commands') return [raw, catga(ENQUEUE, 1)];
  const transport: Contender = { name: TRANSPORT, peer: 'jetStreamTransport', nodes, load };
  const turns: Contender = { ...raw, name: TURN_IN_ONE, peer: 'turnMessage' };
  return [
    raw,
    turns,
    transport,
    catga(PUBLISH, 1),
    catga(PUBLISH, 1, KEYS),
    catga(PUBLISH_ONCE, 2),
    catga(PUBLISH_ONCE, 2, KEYS),
  ];
}

/** Handlers that wait: what keys cost, of which each is handled in its order. */
const SLOW: Scenario = {
  id: 'durable-slow-handlers',
  title: `events whose handler takes ${HANDLER_MS} ms, ${CONCURRENCY} at a time`,
  async run(broker, effort) {
    const publish = (name: string, keys?: number): Contender => ({
      name,
      peer: 'durable',
      nodes: 1,
      settings: { stores: 'events', qos: 1, keys, handlerMs: HANDLER_MS, concurrency: CONCURRENCY },
      load: { kind: 'events' },
    });
    const measured = await measure([publish(PUBLISH), publish(withKeys(PUBLISH), KEYS)], broker, effort);
    const compared = {
      scenario: 'durable-slow-handlers',
      measured,
      contender: withKeys(PUBLISH),
      other: PUBLISH,
    };
    return {
      ...loadTable(measured, { unit: 'events', reference: PUBLISH, hasLatency: false }),
      remarks: [`No more than ${(CONCURRENCY / HANDLER_MS) * 1000} events a second can be handled here.`],
      verdicts: [timesTheRate(compared, WITH_KEYS_OF_WITHOUT)],
    };
  },
};

function judged(inFlight: number, compared: Compared): readonly Verdict[] {
  if (inFlight === 1) return [atMostTimes(compared, 'p50', ({ result }) => result.p50Ms, OF_THE_CLIENTS_P50)];
  return STORED_TARGETS.filter((target) => target.inFlight === inFlight).map(({ contender, times }) =>
    timesTheRate({ ...compared, contender }, times),
  );
}

/** What is kept until it is handled, beside the client's own way of keeping it. */
export const DURABLE: readonly Scenario[] = [
  ...[1, 100, 1000].map((inFlight) => stored('events', inFlight)),
  handled('events'),
  SLOW,
  ...[1, 100, 1000].map((inFlight) => stored('commands', inFlight)),
  handled('commands'),
];
