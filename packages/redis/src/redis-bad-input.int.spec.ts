import { randomBytes } from 'node:crypto';
import { joinedKey } from '@catga/core/engine';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CatgaNode } from '@catga/core';
import { laneKeys } from './lanes/lane-keys.js';
import { connectTo } from './testing/case-ends.fixture.js';
import {
  ChargeCard,
  OrderShipped,
  PlaceOrder,
  RedisNodes,
  seenBy,
  until,
} from './testing/redis-cluster.fixture.js';
import { sharedBroker } from './testing/redis-server.fixture.js';
import type { SharedBroker } from './testing/redis-server.fixture.js';

let broker: SharedBroker;
let cluster: RedisNodes;
let gateway: CatgaNode;
let orders: CatgaNode;
let shipped: string[];
let unhandled: unknown[];
const onUnhandled = (thrown: unknown): void => void unhandled.push(thrown);

beforeAll(async () => {
  broker = await sharedBroker();
});
afterAll(() => broker.stop());
beforeEach(async () => {
  unhandled = [];
  shipped = [];
  process.on('unhandledRejection', onUnhandled);
  await broker.forget();
  cluster = new RedisNodes(broker.url);
  gateway = cluster.node('gateway');
  orders = cluster
    .node('orders', { service: 'shop' })
    .handleRequest(PlaceOrder, (command) => (command as PlaceOrder).sku)
    .handleRequest(ChargeCard, (command) => (command as ChargeCard).orderId)
    .handleEvent(
      OrderShipped,
      (event) => {
        const { orderId } = event as OrderShipped;
        if (orderId === 'bad') throw new Error('never');
        shipped.push(orderId);
      },
      { name: 'A', maxAttempts: 1 },
    );
  await cluster.start(gateway, orders);
});
afterEach(async () => {
  await cluster.stop();
  process.off('unhandledRejection', onUnhandled);
});

const junk = (): Buffer => randomBytes(Math.floor(Math.random() * 300));
let went = 0;

/** The cluster is as well as before. */
async function expectGoingOn(): Promise<void> {
  const id = `fine ${++went}`;
  await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('tea');
  await expect(gateway.mediator.send(new ChargeCard('o1'))).resolves.toBe('o1');
  await gateway.mediator.publish(new OrderShipped(id));
  await until(() => shipped.includes(id));
  expect(unhandled).toEqual([]);
}

const LOG = '{catga:log}';
const LANES = laneKeys('catga', 16).map((prefix) => `${prefix}:frames`);
const NODES = '{catga:nodes}';

describe('random bytes', () => {
  it('on the channel of changes are counted, and so are goodbyes of nobody', async () => {
    for (let times = 0; times < 100; times++) await broker.admin.publish('catga:nodes', junk());
    for (const change of [
      { goodbyeOf: 'orders', incarnation: 7 },
      { goodbyeOf: '__proto__', incarnation: 1 },
    ])
      await broker.admin.publish('catga:nodes', JSON.stringify(change));
    await until(() => gateway.failures.failures.get('directory') === 100);
    expect(seenBy(gateway)).toBe('gateway,orders');
    await expectGoingOn();
  });

  it('on the channels that wake consumers wake them', async () => {
    for (let times = 0; times < 100; times++) await broker.admin.publish('catga:wake:shop.A', junk());
    await expectGoingOn();
  });

  it('in the directory, and records of nodes under the names of others, are counted and left alone', async () => {
    const { self } = orders.mediator;
    const record = (changes: object): string =>
      JSON.stringify({ timeoutMs: 60_000, node: { ...self, ...changes } });
    const put = async (key: string, value: Buffer | string): Promise<void> => {
      await broker.admin.hset(`${NODES}:records`, key, value);
      await broker.admin.hset(`${NODES}:beats`, key, `${self.incarnation}.${Date.now()}.60000.0.0.0.0`);
    };
    for (let times = 0; times < 20; times++) await put(`junk-${times}`, junk());
    await put('impostor', record({ nodeId: 'somebody' }));
    await put('__proto__', record({ nodeId: '__proto__' }));
    await put('odd', record({ nodeId: 'odd', incarnation: 1.5 }));
    await put('stale', record({ nodeId: 'stale' }));
    await broker.admin.hset(`${NODES}:beats`, 'stale', `${self.incarnation}.1.1000.0.0.0.0`);
    await broker.admin.hset(`${NODES}:beats`, 'ghost', `1.${Date.now()}.60000.0.0.0.0`);
    await broker.admin.hset(`${NODES}:beats`, 'text', 'of somebody else', 'bytes', junk());
    const late = cluster.node('late'); // Reads what is there.
    await cluster.start(late);
    await until(() => seenBy(late) === '__proto__,gateway,late,orders'); // a name like any other
    expect(late.failures.failures.get('directory')).toBeGreaterThanOrEqual(22); // counted again at each read
    await expect(broker.admin.hexists(`${NODES}:records`, 'stale')).resolves.toBe(0);
    await expectGoingOn();
  });

  it('in what is kept about ids do not keep other requests from running', async () => {
    const { idempotency } = await connectTo(broker.url);
    for (let id = 0; id < 64; id++) await idempotency.claim(joinedKey('request', `id-${id}`), 'f', 60_000);
    for (const key of await broker.admin.keys('{catga:records:*}:*')) {
      await broker.admin.set(key, junk());
    }
    for (let id = 0; id < 64; id++) {
      const messageId = `id-${id}`;
      // The fingerprint is another.
      await expect(gateway.mediator.send(new ChargeCard('o1'), { messageId })).rejects.toMatchObject({
        code: 'CATGA_IDEMPOTENCY_MISMATCH',
      });
    }
    await expectGoingOn();
  });

  it('in a record are no claim and no outcome', async () => {
    const { idempotency } = await connectTo(broker.url);
    await idempotency.claim('k', 'f', 60_000);
    const [key = ''] = await broker.admin.keys('{catga:records:*}:id:k');
    for (const bytes of ['', 'R', 'R none soon mark f', '1 none 1 f', '2 1 1 f', junk()]) {
      await broker.admin.set(key, bytes);
      await expect(idempotency.claim('k', 'f', 60_000)).resolves.toEqual({ state: 'mismatch' });
      await expect(idempotency.find('k')).resolves.toBeUndefined();
    }
  });

  it('in the streams and sets of a queue become dead letters, or nothing', async () => {
    const entries = `${LOG}:entries:queue.PlaceOrder`;
    for (let times = 0; times < 20; times++) {
      await broker.admin.xadd(entries, '*', 'm', junk());
      await broker.admin.xadd(entries, '*', 'd', 'soon', 'm', junk());
      await broker.admin.xadd(entries, '*', junk(), junk());
      await broker.admin.zadd(`${LOG}:back:queue.PlaceOrder`, times, `junk ${times}`);
    }
    await broker.admin.publish('catga:wake:queue.PlaceOrder', '');
    const seen = async (): Promise<number> =>
      (await orders.deadLetters.list({}, { limit: 500 })).items.length;
    await until(async () => (await seen()) === 60);
    await until(async () => (await broker.admin.xlen(entries)) === 0);
    await expectGoingOn();
  });

  it('in the streams of lanes become dead letters, or are removed', async () => {
    for (const frames of LANES) {
      await broker.admin.xadd(frames, '0-*', 'f', junk());
      await broker.admin.xadd(frames, '0-*', junk(), junk(), junk(), junk());
      await broker.admin.xadd(frames, '*', 'f', junk());
    }
    await Promise.all(
      Array.from({ length: 32 }, (_, at) => gateway.mediator.publish(new OrderShipped(`o${at}`))),
    );
    await until(() => Array.from({ length: 32 }, (_, at) => `o${at}`).every((id) => shipped.includes(id)));
    await until(
      async () => (await gateway.deadLetters.list({}, { limit: 500 })).items.length >= LANES.length,
    );
    await expectGoingOn();
  });

  it('in the dead letters are skipped, and the others are listed', async () => {
    const dead = '{catga:dead}';
    for (let times = 0; times < 20; times++) {
      await broker.admin.set(`${dead}:letter:junk${times}`, junk());
      await broker.admin.zadd(
        `${dead}:order`,
        0,
        `0000000000000001~000000000000000${times % 9}~junk${times}`,
      );
      await broker.admin.zadd(`${dead}:order`, 0, `junk ${times}`);
    }
    await broker.admin.rpush(`${dead}:letter:list`, 'of somebody else');
    await broker.admin.zadd(`${dead}:order`, 0, '0000000000000001~0000000000000001~list');
    await gateway.mediator.publish(new OrderShipped('bad'));
    await until(async () => (await gateway.deadLetters.list()).items.length === 1);
    await expect(gateway.deadLetters.get('junk1')).resolves.toBeUndefined();
    await expectGoingOn();
  });
});

describe('keys of somebody else under our names', () => {
  const refused = {
    code: 'CATGA_ENGINE_UNAVAILABLE',
    message: expect.stringContaining('WRONGTYPE') as unknown,
  };

  it('where ids are recorded are refused, and other ids are not concerned', async () => {
    const { idempotency, outcomes } = await connectTo(broker.url);
    await idempotency.claim('k', 'f', 60_000);
    const [key = ''] = await broker.admin.keys('{catga:records:*}:id:k');
    await broker.admin.del(key);
    await broker.admin.rpush(key, 'of somebody else');
    await expect(idempotency.claim('k', 'f', 60_000)).rejects.toMatchObject(refused);
    await expect(idempotency.find('k')).rejects.toMatchObject(refused);
    await broker.admin.rpush('catga:outcome:node:1:i', 'of somebody else');
    await expect(outcomes!.find({ nodeId: 'node', incarnation: 1 }, 'i')).rejects.toMatchObject(refused);
    for (const counter of await broker.admin.keys('{catga:records:*}:tokens')) {
      await broker.admin.del(counter);
      await broker.admin.rpush(counter, 'of somebody else');
    }
    await expect(idempotency.claim('other', 'f', 60_000)).resolves.toMatchObject({ state: 'claimed' });
    await expectGoingOn();
  });

  it('where lanes stand keep events from being taken for stored', async () => {
    for (const frames of LANES) {
      await broker.admin.del(frames);
      await broker.admin.set(frames, 'of somebody else');
    }
    const publish = (): Promise<void> =>
      gateway.mediator.publish(new OrderShipped('o1'), { messageId: 'm1' });
    await expect(publish()).rejects.toMatchObject(refused);
    await expect(publish()).rejects.toMatchObject(refused); // and not a duplicate of what was not stored
    for (const frames of LANES) await broker.admin.del(frames);
    await publish();
    await until(() => shipped.includes('o1'));
    await expectGoingOn();
  });

  it('where worker ids are given out are taken for given out', async () => {
    const namespace = 'elsewhere'; // Nobody has a number there yet.
    await broker.admin.rpush(`{${namespace}:workers}:3`, 'of somebody else');
    const connections = await Promise.all(
      Array.from({ length: 8 }, () => connectTo(broker.url, { namespace })),
    );
    expect(connections.map(({ workerId }) => workerId)).not.toContain(3);
  });
});
