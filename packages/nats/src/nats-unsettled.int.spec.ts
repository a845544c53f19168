import type { EngineConnection, LogSubscription } from '@catga/core/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DurableBench, Received, storedMessage } from './testing/durable.fixture.js';
import type { RawBroker } from './testing/durable.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';

const HOUR_MS = 3_600_000;
const QUEUE: LogSubscription = { id: 'queue.Pay', kind: 'command', names: ['Pay'], concurrency: 16 };

const bench = new DurableBench();
afterEach(() => bench.end());

const pay = ({ log }: EngineConnection, messageId: string, delayMs?: number): Promise<unknown> =>
  log.append(storedMessage({ messageId, name: 'Pay', kind: 'command' }), { delayMs });

const payAll = (connection: EngineConnection, count: number, delayMs: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, index) => pay(connection, `far${index}`, delayMs)));

/** How many messages a consumer was given and has not acknowledged. */
async function unsettled(raw: RawBroker, consumer: string): Promise<number> {
  return (await raw.api<{ num_ack_pending: number }>(`CONSUMER.INFO.${consumer}`)).num_ack_pending;
}

describe('durable.maxUnsettled', () => {
  it('holds back what comes while so many wait for their next attempt, over all nodes', async () => {
    const server = await bench.server();
    const options = { servers: server.url, durable: { maxUnsettled: 2 } };
    const one = await bench.open(options);
    const other = await bench.open(options, { nodeId: 'other' });
    const failing: string[] = [];
    for (const { log } of [one, other]) {
      await log.subscribe(QUEUE, (delivery) => {
        failing.push(delivery.message.messageId);
        void delivery.nak(HOUR_MS);
      });
    }
    for (const messageId of ['m1', 'm2', 'm3']) await pay(one, messageId);
    await until(() => failing.length === 2);
    const raw = await bench.raw(server);
    await expect(unsettled(raw, 'catga_commands.queue=2EPay-plain')).resolves.toBe(2);
    // The next node to come allows for more: what was held back goes on.
    const third = await bench.open({ servers: server.url }, { nodeId: 'third' });
    const received = new Received();
    expect(failing).toEqual(['m1', 'm2']);
    await third.log.subscribe(QUEUE, received.hold);
    await until(() => received.ids.includes('m3') || failing.includes('m3'));
  });
});

describe('commands that are delayed', () => {
  it('hold up none that is due, however many they are', async () => {
    const server = await bench.server();
    const connection = await bench.open({ servers: server.url, durable: { maxUnsettled: 10 } });
    await payAll(connection, 2000, HOUR_MS);
    const received = new Received();
    await connection.log.subscribe(QUEUE, received.take);
    await pay(connection, 'soon', 100);
    await pay(connection, 'now');
    await received.atLeast(2);
    expect(received.attempts.toSorted()).toEqual(['now 1', 'soon 1']);
  });

  it('stay delayed when the server is killed', async () => {
    const server = await bench.server();
    const connection = await bench.open({ servers: server.url });
    const received = new Received();
    await connection.log.subscribe(QUEUE, received.take);
    await payAll(connection, 50, HOUR_MS);
    const raw = await bench.raw(server);
    await until(async () => (await unsettled(raw, 'catga_commands.queue=2EPay-later')) === 50);
    await server.kill();
    await server.start();
    await pay(connection, 'soon', 100);
    await received.atLeast(1);
    expect(received.ids).toEqual(['soon']);
    const restarted = await bench.raw(server);
    await until(async () => (await restarted.stream('catga_commands')).state.messages === 50);
  });

  it('by more than events are kept begin with their first attempt all the same', async () => {
    const server = await bench.server();
    const durable = { maxAgeMs: 200, duplicateWindowMs: 100 };
    const connection = await bench.open({ servers: server.url, durable });
    const received = new Received();
    await connection.log.subscribe(QUEUE, (delivery) => {
      received.hold(delivery);
      if (delivery.attempt === 1) void delivery.nak(0);
      else void delivery.ack();
    });
    await pay(connection, 'late', 900);
    await received.atLeast(2);
    expect(received.attempts).toEqual(['late 1', 'late 2']);
  });
});
