import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { ChargeCard, OrderShipped, PlaceOrder, RedisNodes, until } from './testing/redis-cluster.fixture.js';
import { slotOf } from './lanes/lane-keys.js';
import { moveSlot, startMasters } from './testing/redis-masters.fixture.js';
import type { RedisServer } from './testing/redis-server.fixture.js';

const SLOTS = 16_384;

let servers: readonly RedisServer[];
let cluster: RedisNodes;

beforeAll(async () => {
  servers = await startMasters();
}, 30_000);
afterAll(async () => {
  for (const server of servers) await server.stop();
});
beforeEach(() => {
  cluster = new RedisNodes('');
});
afterEach(() => cluster.stop());

describe('a Redis Cluster of three', () => {
  it('carries requests, records, stored messages and dead letters, each script in one slot', async () => {
    const engine: RedisEngineOptions = { cluster: { nodes: servers.map(({ url }) => url) } };
    const shipped: string[] = [];
    let runs = 0;
    const gateway = cluster.node('gateway', {}, engine);
    const orders = cluster
      .node('orders', {}, engine)
      .handleRequest(PlaceOrder, () => 'placed')
      .handleRequest(ChargeCard, () => `charge ${++runs}`)
      .handleEvent(
        OrderShipped,
        (event) => {
          const { orderId } = event as OrderShipped;
          if (orderId === 'bad') throw new Error('never');
          shipped.push(orderId);
        },
        { maxAttempts: 2 },
      );
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
    const ids = Array.from({ length: 40 }, (_, i) => `m${i}`);
    const charge = () =>
      Promise.all(ids.map((messageId) => gateway.mediator.send(new ChargeCard(messageId), { messageId })));
    expect(await charge()).toEqual(await charge());
    expect(runs).toBe(ids.length);
    await Promise.all([...ids, 'bad'].map((id) => gateway.mediator.publish(new OrderShipped(id))));
    await until(() => shipped.length === ids.length);
    await until(async () => (await gateway.deadLetters.list()).items.length === 1);
    expect(shipped.toSorted()).toEqual(ids.toSorted());
  });

  it.each(['log', 'dead'])(
    'keeps what it stores together while the slot of {ns:%s} moves to another master',
    async (part) => {
      const engine: RedisEngineOptions = { cluster: { nodes: servers.map(({ url }) => url) } };
      const runs: string[] = [];
      const namespace = `moving-${part}`;
      const node = cluster.node('orders', { namespace }, engine).handleRequest(PlaceOrder, (command) => {
        const { sku } = command as PlaceOrder;
        runs.push(sku);
        if (sku.startsWith('bad')) throw Object.assign(new Error('bad'), { retryable: false });
        return sku;
      });
      await cluster.start(node);
      const letters = async (): Promise<number> =>
        (await node.deadLetters.list({}, { limit: 100 })).items.length;
      await node.mediator.enqueue(new PlaceOrder('bad before'));
      await until(async () => (await letters()) === 1);
      const slot = slotOf(`${namespace}:${part}`);
      const clients = servers.map(({ url }) => new Redis(url));
      try {
        const from = Math.floor(slot / Math.ceil(SLOTS / clients.length));
        const to = (from + 1) % clients.length;
        const skus = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? `good ${at}` : `bad ${at}`));
        let enqueued: Promise<unknown> = Promise.resolve();
        await moveSlot(clients[from]!, clients[to]!, slot, async () => {
          enqueued = Promise.all(skus.map((sku) => node.mediator.enqueue(new PlaceOrder(sku))));
          // Keys on both servers: what needs them waits, and none is created on the other one meanwhile.
          await until(async () => /TRYAGAIN/.test(await clients[from]!.info('errorstats')));
          await expect(clients[to]!.cluster('COUNTKEYSINSLOT', slot)).resolves.toBe(0);
        });
        await enqueued;
        await until(async () => (await letters()) === 11);
        expect(runs.toSorted()).toEqual(['bad before', ...skus].toSorted());
      } finally {
        for (const client of clients) client.disconnect();
      }
    },
  );
});
