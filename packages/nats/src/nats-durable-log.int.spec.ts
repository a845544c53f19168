import type { EngineConnection, LogSubscription, StoredMessage } from '@catga/core/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DurableBench, Received, SUBSCRIPTION, storedMessage } from './testing/durable.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';
import { TcpProxy } from '@catga/servers';

const bench = new DurableBench();
afterEach(() => bench.end());

const QUEUE: LogSubscription = { id: 'queue.Pay', kind: 'command', names: ['Pay'], concurrency: 16 };
const pay = (messageId: string): StoredMessage => storedMessage({ messageId, name: 'Pay', kind: 'command' });

const append = (connection: EngineConnection, ...ids: readonly string[]): Promise<unknown> =>
  Promise.all(ids.map((messageId) => connection.log.append(storedMessage({ messageId }))));

describe('appending', () => {
  it('knows a repetition for as long as the window says', async () => {
    const server = await bench.server();
    const { log } = await bench.open({ servers: server.url, durable: { duplicateWindowMs: 200 } });
    await expect(log.append(storedMessage({ messageId: 'm1' }))).resolves.toEqual({ duplicate: false });
    await expect(log.append(storedMessage({ messageId: 'm1' }))).resolves.toEqual({ duplicate: true });
    await until(async () => !(await log.append(storedMessage({ messageId: 'm1' }))).duplicate);
  });

  it('tells names and ids apart that no header can carry', async () => {
    const server = await bench.server();
    const { log } = await bench.open({ servers: server.url });
    const identities = [
      ['a b', 'c'],
      ['a', 'b c'],
      ['a\r\nX: y', 'c'],
      ['ä*.>', ' '],
      ['.', '.'],
      ['a..b', '.'],
      ['a=2Eb', '.'],
      ['x'.repeat(500), 'c'],
    ] as const;
    for (const [name, messageId] of identities) {
      await expect(log.append(storedMessage({ name, messageId }))).resolves.toEqual({ duplicate: false });
      await expect(log.append(storedMessage({ name, messageId }))).resolves.toEqual({ duplicate: true });
    }
    const received = new Received();
    const names = identities.map(([name]) => name);
    await log.subscribe({ ...SUBSCRIPTION, names, startFrom: 'beginning' }, received.take);
    await received.atLeast(identities.length);
    expect(received.deliveries.map(({ message }) => message.name).toSorted()).toEqual(names.toSorted());
  });

  it('is refused as overloaded once the stream is full, and loses nothing for it', async () => {
    const server = await bench.server();
    const { log } = await bench.open({ servers: server.url, durable: { maxBytes: 40_000, lanes: 2 } });
    const received = new Received();
    await log.subscribe(SUBSCRIPTION, received.take);
    const body = new Uint8Array(4000);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => log.append(storedMessage({ body }))),
    );
    const stored = outcomes.filter(({ status }) => status === 'fulfilled');
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(stored.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'CATGA_OVERLOADED', retryable: true });
    await received.atLeast(stored.length);
    expect(received.deliveries).toHaveLength(stored.length);
  });

  it('is refused before the broker sees it if it is larger than a message may be', async () => {
    const server = await bench.server();
    const { log } = await bench.open({ servers: server.url });
    const body = new Uint8Array(1024 * 1024 - 10_000);
    await expect(log.append(storedMessage({ body }))).rejects.toMatchObject({
      code: 'CATGA_PAYLOAD_TOO_LARGE',
    });
    await expect(append({ log } as EngineConnection, 'm1')).resolves.toBeDefined();
  });

  it('of commands keeps to its bound, and every one is stored', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const { log } = await bench.open({ servers: server.url, durable: { maxPendingAcks: 3 } });
    await Promise.all(Array.from({ length: 200 }, (_, index) => log.append(pay(`m${index}`))));
    await expect(raw.stream('catga_commands')).resolves.toMatchObject({ state: { messages: 200 } });
  });
});

describe('a queue', () => {
  it('keeps what a slow handler works on, beyond the wait of the server', async () => {
    const server = await bench.server();
    const durable = { ackWaitMs: 300 };
    const one = await bench.open({ servers: server.url, durable });
    const other = await bench.open({ servers: server.url, durable }, { nodeId: 'other' });
    const slow = new Received();
    await one.log.subscribe({ ...QUEUE, concurrency: 1 }, slow.hold);
    await one.log.append(pay('m1'));
    await slow.atLeast(1);
    const idle = new Received();
    await other.log.subscribe(QUEUE, idle.take);
    const raw = await bench.raw(server);
    // The server gives a message anew once nobody gave a sign of it: by then it would have, several times.
    const deadlineMs = performance.now() + 1500;
    await until(() => performance.now() > deadlineMs);
    expect(idle.ids).toEqual([]);
    await slow.at(0).ack(true);
    await expect(raw.api('CONSUMER.INFO.catga_commands.queue=2EPay-plain')).resolves.toMatchObject({
      num_ack_pending: 0,
      num_redelivered: 0,
    });
  });

  it('gives to another what was with a connection that was cut, as the next attempt', async () => {
    const server = await bench.server();
    const durable = { ackWaitMs: 300 };
    const proxy = await TcpProxy.to(server.port);
    const dying = await bench.open({ servers: proxy.url, durable });
    const lost = new Received();
    await dying.log.subscribe(QUEUE, lost.hold);
    const other = await bench.open({ servers: server.url, durable }, { nodeId: 'other' });
    await other.log.append(pay('m1'));
    await lost.atLeast(1);
    await proxy.close();
    const received = new Received();
    await other.log.subscribe(QUEUE, received.take);
    await received.atLeast(1);
    expect(received.attempts).toEqual(['m1 2']);
  });

  it('takes no more from the server than its handler is busy with', async () => {
    const server = await bench.server();
    const busy = await bench.open({ servers: server.url });
    const free = await bench.open({ servers: server.url }, { nodeId: 'free' });
    const held = new Received();
    await busy.log.subscribe({ ...QUEUE, concurrency: 2 }, held.hold);
    await Promise.all(['m1', 'm2'].map((id) => busy.log.append(pay(id))));
    await held.atLeast(2);
    const received = new Received();
    await free.log.subscribe(QUEUE, received.take);
    await Promise.all(Array.from({ length: 50 }, (_, index) => busy.log.append(pay(`n${index}`))));
    await received.atLeast(50);
    expect(held.deliveries).toHaveLength(2);
  });

  it('goes on with a consumer that somebody deleted', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const connection = await bench.open({ servers: server.url });
    const received = new Received();
    await connection.log.subscribe(QUEUE, received.take);
    await connection.log.append(pay('m1'));
    await received.atLeast(1);
    await raw.api('CONSUMER.DELETE.catga_commands.queue=2EPay-plain');
    await connection.log.append(pay('m2'));
    await until(() => received.ids.includes('m2'));
  });
});

describe('a subscription', () => {
  it('gets many messages, each once', async () => {
    const server = await bench.server();
    const connections = await Promise.all(
      ['one', 'two'].map((nodeId) => bench.open({ servers: server.url }, { nodeId })),
    );
    const received = new Received();
    for (const { log } of connections) await log.subscribe(SUBSCRIPTION, received.take);
    const ids = Array.from({ length: 3000 }, (_, index) => `m${index}`);
    await append(connections[0]!, ...ids);
    await received.atLeast(ids.length);
    expect(new Set(received.ids).size).toBe(ids.length);
    expect(received.deliveries).toHaveLength(ids.length);
  });

  it('orders messages of one key over all its names', async () => {
    const server = await bench.server();
    const connection = await bench.open({ servers: server.url });
    const received = new Received();
    const names = ['placed', 'shipped'];
    await connection.log.subscribe({ ...SUBSCRIPTION, names }, received.hold);
    for (const [index, name] of ['placed', 'shipped', 'placed', 'shipped'].entries()) {
      await connection.log.append(storedMessage({ messageId: `m${index}`, name, key: 'k' }));
    }
    for (let index = 0; index < 4; index++) {
      await received.atLeast(index + 1);
      expect(received.deliveries).toHaveLength(index + 1);
      await received.at(index).ack();
    }
    expect(received.ids).toEqual(['m0', 'm1', 'm2', 'm3']);
  });

  it('passes over what it did not ask for', async () => {
    const server = await bench.server();
    const { log } = await bench.open({ servers: server.url });
    const received = new Received();
    await log.subscribe({ ...SUBSCRIPTION, names: ['placed', 'shipped'] }, received.take);
    for (const name of ['placed', 'unknown', 'shipped', 'unknown', 'placed']) {
      await log.append(storedMessage({ name, key: 'k' }));
    }
    await received.atLeast(3);
    expect(received.deliveries.map(({ message }) => message.name)).toEqual(['placed', 'shipped', 'placed']);
  });
});
