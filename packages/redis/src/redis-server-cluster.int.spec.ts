import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@catga/servers';
import { Redis } from 'ioredis';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { ChargeCard, OrderShipped, PlaceOrder, RedisNodes, until } from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

const SLOTS = 16_384;
const servers: RedisServer[] = [];
const busPorts: number[] = [];
let cluster: RedisNodes;

beforeAll(async () => {
  for (let count = 0; count < 3; count++) {
    const bus = await freePort(); // else 10,000 more than a port that may be too high
    busPorts.push(bus);
    servers.push(
      await RedisServer.spawn([
        '--cluster-enabled',
        'yes',
        '--cluster-node-timeout',
        '1000',
        '--cluster-port',
        String(bus),
      ]),
    );
  }
  const clients = servers.map(({ url }) => new Redis(url));
  const share = Math.ceil(SLOTS / clients.length);
  for (const [at, client] of clients.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', at * share, Math.min(SLOTS, (at + 1) * share) - 1);
    await client.call('CLUSTER', 'MEET', '127.0.0.1', servers[0]!.port, busPorts[0]!);
  }
  await until(async () => {
    const states = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')));
    return states.every((state) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(state)));
  });
  for (const client of clients) client.disconnect();
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
