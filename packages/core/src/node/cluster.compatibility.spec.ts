import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReliableEvent } from '../contracts/message.js';
import { node as nodeInfo } from '../discovery/discovery.fixture.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import type { EngineConnection } from '../ports/engine.js';
import { json } from '../wire/json-serializer.js';
import { msgpack } from '../wire/msgpack/msgpack-serializer.js';
import { CartViewed, PlaceOrder, TestCluster } from './cluster.fixture.js';
import { LogBook } from './log-book.fixture.js';

@ReliableEvent()
class OrderShipped {
  constructor(readonly orderId: string) {}
}

let cluster: TestCluster;
let frames: string[];
let log: LogBook;
beforeEach(() => {
  frames = [];
  log = new LogBook();
  cluster = new TestCluster(
    new MemoryNetwork({ onFrame: ({ from, to }) => void frames.push(`${from.nodeId} to ${to.nodeId}`) }),
  );
});
afterEach(() => cluster.stop());

const binary = { serializer: msgpack() };
const gatewayOf = (options = {}) => cluster.node('gateway', options, { logger: log });
const ordersOf = (nodeId: string, options = {}) =>
  cluster.node(nodeId, options).handleRequest(PlaceOrder, () => `order of ${nodeId}`);

/** A node of a protocol that is yet to come, as its record shows it. */
async function announceOfTheFuture(facts: Parameters<typeof nodeInfo>[1]): Promise<EngineConnection> {
  const connection = await cluster.network.connect({
    namespace: 'catga',
    nodeId: 'future',
    clock: cluster.clock,
    heartbeatTimeoutMs: 60_000,
  });
  await connection.directory.announce(nodeInfo('future', { protocolVersion: 2, ...facts }));
  await cluster.turns();
  return connection;
}

describe('a cluster of one serializer', () => {
  it.each([
    ['json', json()],
    ['msgpack', msgpack()],
  ])('%s carries requests, results, errors and events', async (_, serializer) => {
    const seen: unknown[] = [];
    const gateway = cluster.node('gateway', { serializer });
    const orders = cluster
      .node('orders', { serializer })
      .handleRequest(PlaceOrder, (command) => {
        const { sku } = command as PlaceOrder;
        if (sku === 'none') throw new RangeError('sold out');
        return `order of ${sku}`;
      })
      .handleEvent(CartViewed, (event) => void seen.push(event));
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('order of tea');
    await expect(gateway.mediator.send(new PlaceOrder('none'))).rejects.toMatchObject({
      name: 'RangeError',
      message: 'sold out',
    });
    await gateway.mediator.publish(new CartViewed('tea'));
    await cluster.turns();
    expect(seen).toEqual([new CartViewed('tea')]);
    expect(gateway.mediator.nodes().map(({ serializer: name }) => name)).toEqual([
      serializer.name,
      serializer.name,
    ]);
  });
});

describe('a request whose handlers speak otherwise than its sender', () => {
  const refusal = {
    code: 'CATGA_UNSUPPORTED',
    retryable: false,
    details: {
      protocolVersion: 1,
      serializer: 'json',
      nodes: [{ nodeId: 'orders', protocolVersion: 1, serializer: 'msgpack' }],
    },
  };

  it('is refused at once, by an error that says who speaks what', async () => {
    const gateway = gatewayOf();
    await cluster.start(gateway, ordersOf('orders', binary));
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await expect(sent).rejects.toMatchObject(refusal);
    await expect(sent).rejects.toThrow(/node orders speaks .*'msgpack'.*this node speaks .*'json'/);
    await expect(gateway.mediator.sendToNode('orders', new PlaceOrder('tea'))).rejects.toMatchObject(refusal);
    expect(frames).toEqual([]);
  });

  it('is refused the other way round too', async () => {
    const gateway = gatewayOf(binary);
    await cluster.start(gateway, ordersOf('orders'));
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject({
      code: 'CATGA_UNSUPPORTED',
    });
  });

  it('goes to those that speak as its sender does, if there are any', async () => {
    const gateway = gatewayOf({ routing: 'round-robin' });
    await cluster.start(gateway, ordersOf('other', binary), ordersOf('same'), ordersOf('another', binary));
    const sent = Array.from({ length: 6 }, () => gateway.mediator.send(new PlaceOrder('tea')));
    await expect(Promise.all(sent)).resolves.toEqual(sent.map(() => 'order of same'));
  });

  it('runs here if it is handled here, whatever others speak', async () => {
    const gateway = gatewayOf({ routing: 'round-robin' }).handleRequest(PlaceOrder, () => 'here');
    await cluster.start(gateway, ordersOf('orders', binary));
    for (let times = 0; times < 3; times++)
      await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('here');
  });

  it('does not fail over to one that speaks otherwise', async () => {
    const gateway = gatewayOf();
    const slow = cluster.node('slow').handleRequest(PlaceOrder, () => new Promise(() => {}));
    await cluster.start(gateway, slow, ordersOf('orders', binary));
    const sent = gateway.mediator.trySend(new PlaceOrder('tea'));
    await cluster.turns();
    cluster.network.crash('slow');
    await cluster.pass(20_000); // Until the directory no longer has it.
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_NODE_LOST' } });
  });

  it('is CATGA_NO_HANDLER still if nobody handles it at all', async () => {
    const gateway = gatewayOf();
    await cluster.start(gateway, cluster.node('orders', binary));
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject({
      code: 'CATGA_NO_HANDLER',
    });
  });

  it('is handled again when such a node comes back with the same serializer', async () => {
    const gateway = gatewayOf();
    const stranger = ordersOf('orders', binary);
    await cluster.start(gateway, stranger);
    await stranger.stop();
    await cluster.clock.advance(1);
    await cluster.start(ordersOf('orders'));
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('order of orders');
  });
});

describe('a node that speaks otherwise', () => {
  it('is listed with what it speaks, and warned of once', async () => {
    const gateway = gatewayOf();
    await cluster.start(gateway, ordersOf('orders', binary));
    await cluster.pass(20_000);
    expect(gateway.mediator.nodes()).toMatchObject([
      { nodeId: 'gateway', serializer: 'json', protocolVersion: 1 },
      { nodeId: 'orders', serializer: 'msgpack', protocolVersion: 1 },
    ]);
    expect(log.warnings).toEqual([
      expect.stringMatching(/^Nothing is sent to node orders: .*'msgpack'.*'json'/),
    ]);
  });

  it('of a later protocol is listed and left alone', async () => {
    const gateway = gatewayOf();
    await cluster.start(gateway);
    await announceOfTheFuture({ handles: ['PlaceOrder'], subscribes: ['CartViewed'] });
    expect(gateway.mediator.nodes()).toMatchObject([{}, { nodeId: 'future', protocolVersion: 2 }]);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject({
      code: 'CATGA_UNSUPPORTED',
      message: expect.stringContaining('node future speaks version 2 of the protocol') as unknown,
    });
    await gateway.mediator.publish(new CartViewed('tea'));
    await cluster.turns();
    expect(frames).toEqual([]);
    expect(log.warnings).toHaveLength(1);
  });

  it('of a later protocol that sends all the same is refused, counted and logged', async () => {
    let runs = 0;
    const orders = cluster.node('orders', {}, { logger: log }).handleRequest(PlaceOrder, () => ++runs);
    await cluster.start(orders);
    const connection = await announceOfTheFuture({});
    const self = { nodeId: 'future', incarnation: 1 };
    const links = await connection.openLinks!(self, { received() {}, unreachable() {} });
    for (let times = 0; times < 50; times++)
      links.send(orders.mediator.self, Buffer.from('4347020000', 'hex'));
    await cluster.turns();
    expect(orders.failures.failures.get('links')).toBe(50);
    expect(log.errors).toEqual([expect.stringContaining('CATGA_UNSUPPORTED A frame has protocol version 2')]);
    expect(runs).toBe(0);
  });
});

describe('a plain event, where some who want it speak otherwise', () => {
  it('reaches the others, and each that it does not reach in full is counted and logged', async () => {
    const seen: string[] = [];
    const listener = (nodeId: string, options: object, asNode = false) =>
      cluster
        .node(nodeId, { service: nodeId, ...options })
        .handleEvent(CartViewed, () => void seen.push(nodeId), asNode ? { scope: 'node' } : {});
    const gateway = gatewayOf({ service: 'gateway' });
    await cluster.start(
      gateway,
      listener('mail', {}),
      listener('stock', binary),
      listener('screen', binary, true),
    );
    for (let times = 0; times < 3; times++) await gateway.mediator.publish(new CartViewed('tea'));
    await cluster.turns();
    expect(seen).toEqual(['mail', 'mail', 'mail']);
    expect(gateway.failures.failures.get('links')).toBe(3);
    expect(log.errors).toEqual([
      expect.stringMatching(/CartViewed does not reach everybody who wants it: node screen .*node stock/),
    ]);
    await gateway.mediator.broadcast(new CartViewed('tea'));
    await cluster.turns();
    expect(seen).toHaveLength(4);
    expect(gateway.failures.failures.get('links')).toBe(4);
  });

  it('is not missed by a service of which another node gets it', async () => {
    const seen: string[] = [];
    const mail = (nodeId: string, options: object = {}) =>
      cluster
        .node(nodeId, { service: 'mail', ...options })
        .handleEvent(CartViewed, () => void seen.push(nodeId), { name: 'Mail' });
    const gateway = gatewayOf({ service: 'gateway' });
    await cluster.start(gateway, mail('mail-1', binary), mail('mail-2'));
    for (let times = 0; times < 4; times++) await gateway.mediator.publish(new CartViewed('tea'));
    await cluster.turns();
    expect(seen).toEqual(['mail-2', 'mail-2', 'mail-2', 'mail-2']);
    expect(gateway.failures.failures.get('links')).toBeUndefined();
  });
});

describe('a stored event of another serializer', () => {
  it.each([
    ['json', json(), 'msgpack', msgpack()],
    ['msgpack', msgpack(), 'json', json()],
  ])(
    '%s is a dead letter of the node with %s, and nothing else',
    async (theirs, publishing, ours, consuming) => {
      const seen: unknown[] = [];
      const shop = cluster.node('shop', { serializer: publishing, service: 'shop' });
      const mail = cluster
        .node('mail', { serializer: consuming, service: 'mail' })
        .handleEvent(OrderShipped, (event) => void seen.push(event), { name: 'Mail' });
      await cluster.start(shop, mail);
      await shop.mediator.publish(new OrderShipped('o1'));
      await cluster.turns();
      const { items } = await mail.deadLetters.list();
      expect(items).toMatchObject([
        {
          name: 'OrderShipped',
          attempts: 1,
          error: { code: 'CATGA_SERIALIZATION' },
          subscription: 'mail.Mail',
        },
      ]);
      expect(items[0]?.error.message).toContain(`'${theirs}'; this node uses '${ours}'`);
      await mail.mediator.publish(new OrderShipped('o2'));
      await cluster.turns();
      expect(seen).toEqual([new OrderShipped('o2')]);
    },
  );
});
