import { afterEach, describe, expect, it } from '@jest/globals';
import { DurableBench, Received, SUBSCRIPTION, storedMessage } from './testing/durable.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';

const bench = new DurableBench();
afterEach(() => bench.end());

describe('a broker that is killed', () => {
  it('and comes back with its store goes on delivering what it had and what comes', async () => {
    const server = await bench.server();
    const connection = await bench.open({ servers: server.url, durable: { ackWaitMs: 500 } });
    const held = new Received();
    await connection.log.subscribe({ ...SUBSCRIPTION, concurrency: 1 }, held.hold);
    for (const messageId of ['m1', 'm2']) await connection.log.append(storedMessage({ messageId }));
    await held.atLeast(1);
    await server.kill();
    const meanwhile = connection.log.append(storedMessage({ messageId: 'm3' }));
    await server.start();
    await expect(meanwhile).resolves.toEqual({ duplicate: false });
    await until(async () => {
      await held.deliveries.at(-1)?.ack();
      return ['m1', 'm2', 'm3'].every((id) => held.ids.includes(id));
    });
  });

  it('and comes back empty is given its streams and consumers again', async () => {
    const server = await bench.server();
    const connection = await bench.open({ servers: server.url });
    const received = new Received();
    await connection.log.subscribe(SUBSCRIPTION, received.take);
    const queue = new Received();
    await connection.log.subscribe(
      { id: 'queue.Pay', kind: 'command', names: ['Pay'], concurrency: 1 },
      queue.take,
    );
    await connection.log.append(storedMessage({ messageId: 'm1', key: 'k' }));
    await received.atLeast(1);
    await server.kill();
    server.empty();
    await server.start();
    const after = [
      storedMessage({ messageId: 'plain' }),
      storedMessage({ messageId: 'keyed', key: 'k' }),
      storedMessage({ messageId: 'pay', name: 'Pay', kind: 'command' }),
    ];
    await Promise.all(after.map((message) => connection.log.append(message)));
    await until(
      () => received.ids.includes('plain') && received.ids.includes('keyed') && queue.ids.includes('pay'),
    );
  });

  it('while a dead letter is written keeps the message', async () => {
    const server = await bench.server();
    const connection = await bench.open({ servers: server.url });
    const failure = {
      error: { name: 'E', message: 'm' },
      attempts: 1,
      nodeId: 'n',
      failedAt: new Date(1000),
    };
    const letter = { id: 'l1', subscription: 'shop.A', stored: storedMessage(), failure };
    await server.kill();
    const kept = connection.deadLetters.put(letter, 60_000);
    await server.start();
    await kept;
    await expect(connection.deadLetters.get('l1')).resolves.toMatchObject({ id: 'l1', failure });
  });

  it('for good ends a list of subscriptions, whether it was begun before or after, within its time', async () => {
    const server = await bench.server();
    const connection = await bench.open({ servers: server.url, requestTimeoutMs: 2000 });
    await (await connection.log.subscribe(SUBSCRIPTION, () => {})).stop();
    for (const messageId of ['a', 'b', 'c']) await connection.log.append(storedMessage({ messageId }));
    await expect(connection.subscriptions?.list()).resolves.toMatchObject([{ waiting: 3 }]);
    const begun = Array.from({ length: 5 }, () => connection.subscriptions?.list());
    await server.kill();
    const later = connection.subscriptions?.list();
    const unavailable = { status: 'rejected', reason: { code: 'CATGA_ENGINE_UNAVAILABLE' } };
    const [last, ...ended] = await Promise.allSettled([later, ...begun]);
    expect(last).toMatchObject(unavailable);
    for (const one of ended) if (one.status === 'rejected') expect(one).toMatchObject(unavailable);
  });

  it('for good fails what is appended, within its time', async () => {
    const server = await bench.server();
    const connection = await bench.open({ servers: server.url, requestTimeoutMs: 2000 });
    await connection.log.append(storedMessage());
    await server.kill();
    await expect(connection.log.append(storedMessage())).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
      retryable: true,
    });
    await server.start();
    await until(() =>
      connection.log.append(storedMessage()).then(
        () => true,
        () => false,
      ),
    );
  });
});

describe('a stream that somebody deleted', () => {
  it('is made again, and its subscriptions get what comes', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const connection = await bench.open({ servers: server.url, durable: { lanes: 1 } });
    const received = new Received();
    await connection.log.subscribe(SUBSCRIPTION, received.take);
    await connection.log.append(storedMessage({ messageId: 'm1' }));
    await received.atLeast(1);
    await raw.api('STREAM.DELETE.catga_lane_0');
    await connection.log.append(storedMessage({ messageId: 'm2' }));
    await until(() => received.ids.includes('m2'));
    expect(received.ids).toEqual(['m1', 'm2']);
  });
});

describe('an account that may not keep more', () => {
  it('is told as overloaded', async () => {
    const server = await bench.server('--config', await bench.config('jetstream { max_file_store: 65536 }'));
    const connection = await bench.open({ servers: server.url });
    const body = new Uint8Array(8000);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, () => connection.log.append(storedMessage({ body }))),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'CATGA_OVERLOADED' });
  });
});
