import { NatsServerCluster } from '@catga/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { ChargeCard, NatsCluster, PlaceOrder, until } from './testing/nats-cluster.fixture.js';

/** On a busy machine: elections are held anew when a server does not answer in time. */
const ELECTION_WITHIN_MS = 120_000;

let servers: NatsServerCluster;
let cluster: NatsCluster;
beforeAll(async () => {
  servers = await NatsServerCluster.spawn(3);
  await haveMet();
}, 2 * ELECTION_WITHIN_MS);
afterAll(() => servers.stop());
beforeEach(() => {
  cluster = new NatsCluster('');
});
afterEach(() => cluster.stop());

/** Waits until the servers have met and JetStream keeps three copies. */
async function haveMet(): Promise<void> {
  const connection = await connect({ servers: servers.urls.map((url) => url.replace('nats://', '')) });
  const shape = { name: 'probe', subjects: ['probe'], num_replicas: 3 };
  await until(async () => {
    const answer = await connection
      .request('$JS.API.STREAM.CREATE.probe', JSON.stringify(shape), { timeout: 10_000 })
      .catch(() => undefined);
    return answer !== undefined && answer.json<{ readonly error?: unknown }>().error === undefined;
  }, ELECTION_WITHIN_MS);
  await connection.request('$JS.API.STREAM.DELETE.probe');
  await connection.close();
}

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
    expect(gateway.mediator.nodes().map(({ status }) => status)).toEqual(['alive', 'alive']);
    await lost?.start();
  }, 120_000);
});
