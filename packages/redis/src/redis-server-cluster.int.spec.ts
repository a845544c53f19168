import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { ChargeCard, OrderShipped, PlaceOrder, RedisNodes, until } from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

const SLOTS = 16_384;
const servers: RedisServer[] = [];
/** How much higher than its port a server listens for the others. */
const TO_BUS_PORT = 10_000;
let cluster: RedisNodes;

beforeAll(async () => {
  for (let count = 0; count < 3; count++) {
    const server = await withBusPort();
    await server.start();
    servers.push(server);
  }
  const clients = servers.map(({ url }) => new Redis(url));
  const share = Math.ceil(SLOTS / clients.length);
  for (const [at, client] of clients.entries()) {
    const slots = Array.from({ length: Math.min(share, SLOTS - at * share) }, (_, slot) => at * share + slot);
    await client.call('CLUSTER', 'ADDSLOTS', ...slots);
    await client.call('CLUSTER', 'MEET', '127.0.0.1', servers[0]!.port);
  }
  await until(async () => {
    const states = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')));
    return states.every((state) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(state)));
  });
  for (const client of clients) client.disconnect();
});
afterAll(async () => {
  for (const server of servers) await server.stop();
});
beforeEach(() => {
  cluster = new RedisNodes('');
});
afterEach(() => cluster.stop());

/** A server whose port for the others is one, too. */
async function withBusPort(): Promise<RedisServer> {
  for (;;) {
    const server = await RedisServer.prepare(['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000']);
    if (server.port + TO_BUS_PORT < 65_536) return server;
    await server.stop();
  }
}

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
