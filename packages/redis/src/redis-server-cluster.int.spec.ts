import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { ChargeCard, OrderShipped, PlaceOrder, RedisNodes, until } from './testing/redis-cluster.fixture.js';
import { startMasters } from './testing/redis-masters.fixture.js';
import type { RedisServer } from './testing/redis-server.fixture.js';

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
});
