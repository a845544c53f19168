import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StoredMessageCodec, TestClock, systemClock } from '@catga/core/engine';
import type { EngineConnection, LogDelivery, StoredMessage } from '@catga/core/engine';
import { TcpProxy } from '@catga/servers';
import { redis } from './redis-engine.js';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { until } from './testing/redis-cluster.fixture.js';
import { COMMANDS, storedCommand } from './testing/stored-message.fixture.js';
import { sharedBroker } from './testing/redis-server.fixture.js';
import type { SharedBroker } from './testing/redis-server.fixture.js';

const A = COMMANDS;
const ENTRIES = `{catga:log}:entries:${COMMANDS.id}`;

const message = (messageId: string): StoredMessage => storedCommand({ messageId });

let broker: SharedBroker;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  broker = await sharedBroker();
});
afterAll(() => broker.stop());
beforeEach(() => broker.forget());
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function open(
  options: string | RedisEngineOptions = broker.url,
  nodeId = 'node',
): Promise<EngineConnection> {
  const client = { namespace: 'catga', nodeId, clock: systemClock, heartbeatTimeoutMs: 1000 };
  const connection = await redis(options).connect(client);
  ends.push(() => connection.close());
  return connection;
}

const urlOf = ({ port }: TcpProxy): string => `redis://127.0.0.1:${port}`;

/** A way to the broker that a test may cut. */
async function cuttable(): Promise<TcpProxy> {
  const proxy = await TcpProxy.to(Number(new URL(broker.url).port || 6379));
  ends.push(() => proxy.close());
  return proxy;
}

describe('what a consumer took that is gone without a word', () => {
  it('goes to another one when its lease has lapsed, as the next attempt', async () => {
    const proxy = await cuttable();
    const dying = await open(urlOf(proxy), 'dying');
    const taken: LogDelivery[] = [];
    await dying.log.subscribe(A, (delivery) => void taken.push(delivery));
    const { log } = await open();
    for (const id of ['k1', 'k2']) await log.append(message(id));
    await until(() => taken.length === 2);
    proxy.cut(); // as if it was killed: it never comes back in this test
    const seen: string[] = [];
    await log.subscribe(A, (delivery) => {
      seen.push(`${delivery.message.messageId} ${delivery.attempt}`);
      void delivery.ack();
    });
    await log.append(message('other'));
    await until(() => seen.includes('other 1'));
    expect(seen).toEqual(['other 1']);
    await until(() => seen.length === 3);
    expect(seen.toSorted()).toEqual(['k1 2', 'k2 2', 'other 1']);
  });

  it('is not its own any more when it comes back', async () => {
    const proxy = await cuttable();
    const slow = await open(urlOf(proxy), 'slow');
    const taken: LogDelivery[] = [];
    await slow.log.subscribe(A, (delivery) => void taken.push(delivery));
    const { log } = await open();
    await log.append(message('m1'));
    await until(() => taken.length === 1);
    proxy.cut();
    const other: LogDelivery[] = [];
    await log.subscribe(A, (delivery) => void other.push(delivery));
    await until(() => other.length === 1);
    proxy.open();
    await taken[0]!.ack(); // of no effect
    await expect(broker.admin.xlen(ENTRIES)).resolves.toBe(1);
    await other[0]!.ack();
    await expect(broker.admin.xlen(ENTRIES)).resolves.toBe(0);
  });
});

describe('what a consumer has whose lease is gone, as all are after a server stood still', () => {
  it('stays with it: who finds his own lease gone waits for the others', async () => {
    const slow = await open(broker.url, 'slow');
    const taken: LogDelivery[] = [];
    await slow.log.subscribe(A, (delivery) => void taken.push(delivery));
    await slow.log.append(message('m1'));
    await until(() => taken.length === 1);
    const clock = new TestClock();
    const client = { namespace: 'catga', nodeId: 'quick', clock, heartbeatTimeoutMs: 1000 };
    const quick = await redis(broker.url).connect(client);
    ends.push(() => quick.close());
    let stolen = 0;
    await quick.log.subscribe(A, () => void stolen++);
    const leases = (of: string): Promise<string[]> => broker.admin.keys(`{catga:log}:alive:${of}.*`);
    const roundMs = 2500;
    await clock.advance(roundMs);
    await broker.admin.del(...(await leases('*')));
    // It looks for what lapsed before the other one can renew its lease.
    await until(async () => {
      await clock.advance(roundMs / 50);
      return (await leases('quick')).length === 1;
    });
    await until(async () => (await leases('slow')).length === 1);
    await clock.advance(2 * roundMs);
    await slow.log.append(message('m2'));
    await until(() => taken.length + stolen === 2);
    await expect(broker.admin.xpending(ENTRIES, 'catga', '-', '+', 10)).resolves.toEqual(
      expect.arrayContaining([[expect.any(String), expect.stringMatching(/^slow/), expect.any(Number), 1]]),
    );
    await taken[0]!.ack();
    expect(taken[0]!.attempt).toBe(1);
    await expect(broker.admin.xlen(ENTRIES)).resolves.toBe(1);
  });
});

describe('a connection that is cut for a moment', () => {
  it('neither loses nor repeats what was appended and taken meanwhile, and nothing is left behind', async () => {
    const proxy = await cuttable();
    const publisher = await open(urlOf(proxy), 'publisher');
    const consumer = await open(urlOf(proxy), 'consumer');
    const seen: string[] = [];
    await consumer.log.subscribe(A, (delivery) => {
      seen.push(`${delivery.message.messageId} ${delivery.attempt}`);
      void delivery.ack()?.catch(() => {});
    });
    const ids = Array.from({ length: 600 }, (_, i) => `m${i}`);
    const appended: Promise<unknown>[] = [];
    for (const [at, id] of ids.entries()) {
      appended.push(publisher.log.append(message(id)));
      if (at % 20 === 0) await new Promise((resolve) => void setImmediate(resolve));
      if (at % 200 === 100) {
        proxy.cut();
        proxy.open();
      }
    }
    await Promise.all(appended);
    await until(async () => seen.length >= ids.length && (await broker.admin.xlen(ENTRIES)) === 0);
    expect(seen.toSorted()).toEqual(ids.map((id) => `${id} 1`).toSorted());
    await expect(broker.keysLike('{catga:log}:back:*')).resolves.toBe(0);
  });
});

describe('the stream of a queue', () => {
  it('is listed by state, also what has failed, or is delayed and was not looked at', async () => {
    const { log, subscriptions } = await open();
    const taken: LogDelivery[] = [];
    await log.subscribe({ ...A, concurrency: 2 }, (delivery) => void taken.push(delivery));
    for (const id of ['fails', 'held']) await log.append(message(id));
    await until(() => taken.length === 2);
    await taken[0]?.nak(60_000);
    const lag = async () => (await subscriptions?.list())?.[0]?.lag;
    await expect(lag()).resolves.toMatchObject({ due: 0, delayed: 1, handling: 1 });
    await log.append(message('later'), { delayMs: 60_000 });
    await expect(lag()).resolves.toMatchObject({ due: 0, delayed: 2, handling: 1 });
    for (const held of taken) await held.ack();
  });

  it('keeps what is not acknowledged, and nothing else', async () => {
    const { log } = await open();
    const held: LogDelivery[] = [];
    await log.subscribe(A, (delivery) => void held.push(delivery));
    await Promise.all(Array.from({ length: 10 }, (_, i) => log.append(message(`m${i}`))));
    await until(() => held.length === 10);
    await expect(broker.admin.xlen(ENTRIES)).resolves.toBe(10);
    await Promise.all(held.slice(0, 9).map(async (delivery) => delivery.ack()));
    await expect(broker.admin.xlen(ENTRIES)).resolves.toBe(1);
  });

  it('has messages in the layout that all engines share', async () => {
    const { log } = await open();
    await (await log.subscribe(A, () => {})).stop();
    await log.append(message('m1'));
    const [entry] = await broker.admin.xrangeBuffer(ENTRIES, '-', '+');
    const [, fields] = entry!;
    expect(fields[0]!.toString()).toBe('m');
    expect(new StoredMessageCodec().decode(fields[1]!)).toMatchObject({
      messageId: 'm1',
      name: 'ShipOrder',
    });
    expect(fields).toHaveLength(2);
  });
});

describe('deduplication', () => {
  it('ends with its window, and may be switched off', async () => {
    const { log } = await open({ url: broker.url, deduplicationWindowMs: 300 });
    await expect(log.append(message('m1'))).resolves.toEqual({ duplicate: false });
    await expect(log.append(message('m1'))).resolves.toEqual({ duplicate: true });
    await until(async () => !(await log.append(message('m1'))).duplicate);
    const never = (await open({ url: broker.url, deduplicationWindowMs: 0 })).log;
    await expect(never.append(message('m2'))).resolves.toEqual({ duplicate: false });
    await expect(never.append(message('m2'))).resolves.toEqual({ duplicate: false });
  });
});
