import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import type { DurableLog, EngineConnection, LogDelivery, StoredMessage } from '@catga/core/engine';
import { redis } from '../redis-engine.js';
import { until } from '../testing/redis-cluster.fixture.js';
import { sharedBroker } from '../testing/redis-server.fixture.js';
import type { SharedBroker } from '../testing/redis-server.fixture.js';

const NAME = 'OrderShipped';
const FIRST = 300;
const LAST = 300;

let broker: SharedBroker;
const connections: EngineConnection[] = [];
beforeAll(async () => {
  broker = await sharedBroker();
});
afterAll(() => broker.stop());
beforeEach(() => broker.forget());
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
});

async function logOf(nodeId: string): Promise<DurableLog> {
  const client = { namespace: 'catga', nodeId, clock: systemClock, heartbeatTimeoutMs: 60_000 };
  const connection = await redis(broker.url).connect(client);
  connections.push(connection);
  return connection.log;
}

const message = (messageId: string, key?: string): StoredMessage => ({
  messageId,
  name: NAME,
  kind: 'event',
  body: new Uint8Array([1]),
  serializer: 'json',
  headers: {},
  key,
  correlationId: messageId,
  causationId: undefined,
  originNodeId: 'raw',
  sentAtMs: 0,
  history: [],
});

it('what a consumer took ahead goes to another one when it stops, and what its handler has stays with it', async () => {
  const wanted = { id: 'shop.A', kind: 'event', names: [NAME], concurrency: 2 } as const;
  const log = await logOf('one');
  const seen: string[] = [];
  const kept: LogDelivery[] = [];
  const consumer = await log.subscribe(wanted, (delivery) => {
    seen.push(delivery.message.messageId);
    // Fast for a while, so that it takes ahead; then it stands still.
    if (seen.length <= FIRST) void delivery.ack();
    else kept.push(delivery);
  });
  const ids = Array.from({ length: FIRST + LAST }, (_, at) => `m${at}`);
  await Promise.all(ids.map((id, at) => log.append(message(id, at % 3 === 0 ? `k${at % 30}` : undefined))));
  await until(() => kept.length === 2);
  await consumer.stop();
  const others: LogDelivery[] = [];
  const other = await logOf('other');
  await other.subscribe({ ...wanted, concurrency: 16 }, (delivery) => {
    others.push(delivery);
    void delivery.ack();
  });
  for (const delivery of kept) await delivery.ack();
  await until(() => seen.length + others.length >= ids.length);
  expect(kept).toHaveLength(2);
  expect([...seen, ...others.map(({ message: { messageId } }) => messageId)].toSorted()).toEqual(
    ids.toSorted(),
  );
  expect(new Set(others.map(({ attempt }) => attempt))).toEqual(new Set([1]));
});
