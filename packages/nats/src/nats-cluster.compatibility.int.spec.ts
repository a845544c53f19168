import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { msgpack } from '@catga/core/msgpack';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { encodeRecord } from './directory/node-record.js';
import { CartViewed, NatsCluster, PlaceOrder, seenBy, until } from './testing/nats-cluster.fixture.js';
import { sharedBroker } from './testing/nats-server.fixture.js';
import type { SharedBroker } from './testing/nats-server.fixture.js';

let broker: SharedBroker;
let raw: NatsConnection;
let cluster: NatsCluster;
beforeAll(async () => {
  broker = await sharedBroker();
  raw = await connect({ servers: broker.url.replace('nats://', '') });
});
afterAll(async () => {
  await raw.close();
  await broker.stop();
});
beforeEach(async () => {
  await broker.forget();
  cluster = new NatsCluster(broker.url);
});
afterEach(() => cluster.stop());

const binary = { serializer: msgpack() };

describe('a cluster over NATS', () => {
  it('of msgpack carries requests and events', async () => {
    const seen: unknown[] = [];
    const gateway = cluster.node('gateway', binary);
    const orders = cluster
      .node('orders', binary)
      .handleRequest(PlaceOrder, (command) => `order of ${(command as PlaceOrder).sku}`)
      .handleEvent(CartViewed, (event) => void seen.push(event));
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('order of tea');
    await gateway.mediator.publish(new CartViewed('tea'));
    await until(() => seen.length > 0);
    expect(seen).toEqual([new CartViewed('tea')]);
  });

  it('of two serializers refuses what would cross at once, and says who speaks what', async () => {
    const gateway = cluster.node('gateway', { routing: 'round-robin' });
    const binaryOrders = cluster.node('binary', binary).handleRequest(PlaceOrder, () => 'binary');
    await cluster.start(gateway, binaryOrders);
    const refusal = {
      code: 'CATGA_UNSUPPORTED',
      retryable: false,
      details: { serializer: 'json', nodes: [{ nodeId: 'binary', serializer: 'msgpack' }] },
    };
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject(refusal);
    await expect(gateway.mediator.sendToNode('binary', new PlaceOrder('tea'))).rejects.toMatchObject(refusal);
    const textOrders = cluster.node('text').handleRequest(PlaceOrder, () => 'text');
    await cluster.start(textOrders);
    await until(() => seenBy(gateway) === 'binary,gateway,text');
    for (let times = 0; times < 4; times++)
      await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('text');
  });

  it('lists a node of a later protocol, and leaves it alone', async () => {
    const gateway = cluster.node('gateway');
    await cluster.start(gateway);
    const node = { ...gateway.mediator.self, nodeId: 'future', protocolVersion: 2, handles: ['PlaceOrder'] };
    raw.publish('$KV.catga_nodes.future', encodeRecord({ node, timeoutMs: 60_000 }));
    await until(() => seenBy(gateway) === 'future,gateway');
    expect(gateway.mediator.nodes()).toContainEqual(
      expect.objectContaining({ nodeId: 'future', protocolVersion: 2, serializer: 'json' }),
    );
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject({
      code: 'CATGA_UNSUPPORTED',
      details: { nodes: [{ nodeId: 'future', protocolVersion: 2 }] },
    });
  });
});
