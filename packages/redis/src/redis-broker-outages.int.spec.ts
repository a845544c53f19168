import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TcpProxy } from '@catga/servers';
import {
  ChargeCard,
  HEARTBEAT,
  OrderShipped,
  PlaceOrder,
  RedisNodes,
  seenBy,
  until,
} from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

let server: RedisServer;
let cluster: RedisNodes;
beforeEach(async () => {
  server = await RedisServer.prepare();
  cluster = new RedisNodes(server.url);
});
afterEach(async () => {
  await cluster.stop();
  await server.stop();
});

/** All are back long before the first of them would take another for gone. */
const quick = () => ({ url: server.url, reconnect: { waitMs: 20, maxWaitMs: 100 } });

describe('a broker that is killed and comes back', () => {
  it('with what it wrote down: nobody is taken for gone, requests go on, and stored messages arrive', async () => {
    await server.start();
    let left = 0;
    const shipped: string[] = [];
    const gateway = cluster.node('gateway', {}, quick());
    const orders = cluster
      .node('orders', {}, quick())
      .handleRequest(PlaceOrder, () => 'placed')
      .handleEvent(OrderShipped, (event) => void shipped.push((event as OrderShipped).orderId));
    await cluster.start(gateway, orders);
    void (async () => {
      for await (const { type } of gateway.mediator.watchNodes()) if (type === 'left') left++;
    })();
    await gateway.mediator.publish(new OrderShipped('before'));
    await server.kill();
    const sent = gateway.mediator.send(new PlaceOrder('tea')); // while it is away
    const published = gateway.mediator.publish(new OrderShipped('meanwhile'));
    const goneAtMs = performance.now();
    await until(() => performance.now() - goneAtMs > 1.5 * HEARTBEAT.timeoutMs); // when all would have lapsed
    await server.start();
    await expect(sent).resolves.toBe('placed');
    await published;
    await gateway.mediator.publish(new OrderShipped('after'));
    await until(() => shipped.includes('after'));
    expect(new Set(shipped)).toEqual(new Set(['before', 'meanwhile', 'after']));
    expect(left).toBe(0);
  });

  it('in the middle of a request: the handler runs once, and its answer comes', async () => {
    await server.start();
    let runs = 0;
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(ChargeCard, async () => {
      runs++;
      await finished;
      return 'charged';
    });
    await cluster.start(gateway, orders);
    const charge = (): Promise<string> => gateway.mediator.send(new ChargeCard('o1'), { messageId: 'm1' });
    const sent = charge();
    await until(() => runs === 1);
    await server.kill();
    finish();
    await server.start();
    await expect(sent).resolves.toBe('charged');
    await expect(charge()).resolves.toBe('charged');
    expect(runs).toBe(1);
  });

  it('to a caller only, for longer than it waits: its handler does not run afterwards, as others in the frame do', async () => {
    await server.start();
    const proxy = await TcpProxy.to(server.port);
    const placed: string[] = [];
    const gateway = cluster.node(
      'gateway',
      { health: { graceMs: 0 } },
      { url: `redis://127.0.0.1:${proxy.port}` },
    );
    const orders = cluster.node('orders').handleRequest(PlaceOrder, (message) => {
      placed.push((message as PlaceOrder).sku);
      return 'placed';
    });
    await cluster.start(gateway, orders);
    proxy.cut();
    await until(() => gateway.problem !== undefined); // It knows, and buffers.
    const brief = gateway.mediator.trySend(new PlaceOrder('tea'), { timeoutMs: 100 });
    const patient = gateway.mediator.send(new PlaceOrder('milk'));
    await expect(brief).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_TIMEOUT' } });
    proxy.open();
    await expect(patient).resolves.toBe('placed');
    expect(placed).toEqual(['milk']);
    await gateway.stop();
    await proxy.close();
  });

  it('empty: nodes and subscriptions are there again, late joiners see them, and records are kept anew', async () => {
    await server.start();
    let runs = 0;
    const shipped: string[] = [];
    const gateway = cluster.node('gateway');
    const orders = cluster
      .node('orders')
      .handleRequest(ChargeCard, () => `charge ${++runs}`)
      .handleEvent(OrderShipped, (event) => void shipped.push((event as OrderShipped).orderId));
    await cluster.start(gateway, orders);
    await gateway.mediator.send(new ChargeCard('o1'));
    await server.kill();
    server.empty();
    await server.start();
    const late = cluster.node('late');
    await late.init();
    await late.start();
    await until(() => seenBy(late) === 'gateway,late,orders' && seenBy(gateway) === 'gateway,late,orders');
    const charge = (): Promise<string> => late.mediator.send(new ChargeCard('o2'), { messageId: 'm2' });
    await expect(charge()).resolves.toBe('charge 2');
    await expect(charge()).resolves.toBe('charge 2');
    await until(async () => {
      await late.mediator.publish(new OrderShipped('o2'));
      return shipped.includes('o2');
    });
  });

  it('stands still and goes on: what was asked is answered late, or not at all', async () => {
    await server.start();
    const gateway = cluster.node('gateway', {}, { url: server.url, requestTimeoutMs: 2000 });
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => 'placed');
    await cluster.start(gateway, orders);
    server.pause();
    await expect(gateway.mediator.publish(new OrderShipped('o1'))).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
      retryable: true,
    });
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    server.resume();
    await expect(sent).resolves.toBe('placed');
    await gateway.mediator.publish(new OrderShipped('o1'));
  });
});

describe('a broker that is away when a node starts', () => {
  it('keeps it from starting, with an error that says where it was looked for', async () => {
    const node = cluster.node('node', {}, { url: server.url, connectTimeoutMs: 1000 });
    await expect(node.init()).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining(`127.0.0.1:${server.port}`) as unknown,
    });
  });

  it('is waited for, if waitOnStart says so', async () => {
    const proxy = await TcpProxy.to(server.port);
    proxy.cut();
    const node = cluster.node('node', {}, { url: `redis://127.0.0.1:${proxy.port}`, waitOnStart: true });
    let hasStarted = false;
    const started = cluster.start(node).then(() => (hasStarted = true));
    await until(() => proxy.refused >= 3);
    expect(hasStarted).toBe(false);
    await server.start();
    proxy.open();
    await started;
    expect(seenBy(node)).toBe('node');
    await node.stop();
    await proxy.close();
  });
});
