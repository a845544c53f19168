import type { NatsServerCluster } from '@catga/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChargeCard, NatsCluster, PlaceOrder, until } from './testing/nats-cluster.fixture.js';
import { ELECTION_WITHIN_MS, startServerCluster } from './testing/server-cluster.fixture.js';

let servers: NatsServerCluster;
let cluster: NatsCluster;
beforeAll(async () => {
  servers = await startServerCluster();
}, 2 * ELECTION_WITHIN_MS);
afterAll(() => servers.stop());
beforeEach(() => {
  cluster = new NatsCluster('');
});
afterEach(() => cluster.stop());

describe('a cluster of three servers', () => {
  it('loses the one that a node is connected to: the node goes on at another, and so do its requests', async () => {
    let runs = 0;
    const options = {
      servers: servers.urls,
      replicas: 3,
      reconnect: { waitMs: 50, jitterMs: 10 },
      requestTimeoutMs: 30_000, // Two elections, one after the other, on a busy machine.
    } as const;
    const patient = { heartbeat: { intervalMs: 500, timeoutMs: 40_000 } };
    const gateway = cluster.node('gateway', patient, options);
    const orders = cluster
      .node('orders', patient, options)
      .handleRequest(PlaceOrder, (command) => `placed ${(command as PlaceOrder).sku}`)
      .handleRequest(ChargeCard, () => `charge ${++runs}`);
    await cluster.start(gateway, orders);
    const charge = (): Promise<string> => gateway.mediator.send(new ChargeCard('o1'), { messageId: 'm1' });
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed tea');
    await expect(charge()).resolves.toBe('charge 1');

    const lost = await servers.serverOf('gateway');
    await lost?.kill();
    await expect(gateway.mediator.send(new PlaceOrder('milk'))).resolves.toBe('placed milk');
    await until(async () => (await servers.serverOf('gateway')) !== undefined);
    await expect(servers.serverOf('gateway')).resolves.not.toBe(lost);
    await expect(charge()).resolves.toBe('charge 1'); // Two servers still have the record.
    expect(runs).toBe(1);
    const nodes = (): readonly string[] => gateway.mediator.nodes().map(({ status }) => status);
    await until(() => nodes().join() === 'alive,alive');
    await lost?.start();
  }, 120_000);
});
