import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ChargeCard,
  HEARTBEAT,
  NatsCluster,
  PlaceOrder,
  seenBy,
  until,
} from './testing/nats-cluster.fixture.js';
import { NatsServer } from './testing/nats-server.fixture.js';
import { TcpProxy } from '@catga/servers';

let server: NatsServer;
let cluster: NatsCluster;
beforeEach(async () => {
  server = await NatsServer.prepare();
  cluster = new NatsCluster(server.url);
});
afterEach(async () => {
  await cluster.stop();
  await server.stop();
});

const quick = () => ({ servers: server.url, reconnect: { waitMs: 50, jitterMs: 10 } });

describe('a broker that goes away and comes back', () => {
  it('with its store: nobody is taken for gone, and requests go on', async () => {
    await server.start();
    let left = 0;
    const gateway = cluster.node('gateway', {}, quick());
    const orders = cluster.node('orders', {}, quick()).handleRequest(PlaceOrder, () => 'placed');
    await cluster.start(gateway, orders);
    void (async () => {
      for await (const { type } of gateway.mediator.watchNodes()) if (type === 'left') left++;
    })();
    await server.kill();
    const sent = gateway.mediator.send(new PlaceOrder('tea')); // while it is away
    const goneAtMs = performance.now();
    await until(() => performance.now() - goneAtMs > 1.5 * HEARTBEAT.timeoutMs); // when all would have lapsed
    await server.start();
    await expect(sent).resolves.toBe('placed');
    await expect(gateway.mediator.send(new PlaceOrder('milk'))).resolves.toBe('placed');
    expect(left).toBe(0);
  });

  it('in the middle of a request: the handler runs once, and its answer comes', async () => {
    await server.start();
    let runs = 0;
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const gateway = cluster.node('gateway', {}, quick());
    const orders = cluster.node('orders', {}, quick()).handleRequest(ChargeCard, async () => {
      runs++;
      await finished;
      return 'charged';
    });
    await cluster.start(gateway, orders);
    const sent = gateway.mediator.send(new ChargeCard('o1'), { messageId: 'm1' });
    await until(() => runs === 1);
    await server.kill();
    finish();
    await server.start();
    await expect(sent).resolves.toBe('charged');
    await expect(gateway.mediator.send(new ChargeCard('o1'), { messageId: 'm1' })).resolves.toBe('charged');
    expect(runs).toBe(1);
  });

  it('to a caller only, for longer than it waits: its handler does not run afterwards, as others in the frame do', async () => {
    await server.start();
    const proxy = await TcpProxy.to(server.port);
    const placed: string[] = [];
    const gateway = cluster.node('gateway', { health: { graceMs: 0 } }, { ...quick(), servers: proxy.url });
    const orders = cluster.node('orders', {}, quick()).handleRequest(PlaceOrder, (message) => {
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

  it('empty: nodes announce themselves again, late joiners see them, and records are kept anew', async () => {
    await server.start();
    let runs = 0;
    const gateway = cluster.node('gateway', {}, quick());
    const orders = cluster.node('orders', {}, quick()).handleRequest(ChargeCard, () => `charge ${++runs}`);
    await cluster.start(gateway, orders);
    await gateway.mediator.send(new ChargeCard('o1'));
    await server.kill();
    server.empty();
    await server.start();
    const late = cluster.node('late', {}, quick());
    await late.init();
    await late.start();
    await until(() => seenBy(late) === 'gateway,late,orders' && seenBy(gateway) === 'gateway,late,orders');
    const charge = (): Promise<string> => late.mediator.send(new ChargeCard('o2'), { messageId: 'm2' });
    await expect(charge()).resolves.toBe('charge 2');
    await expect(charge()).resolves.toBe('charge 2');
  });

  it('while a node left: the others find out when it is back', async () => {
    await server.start();
    const gateway = cluster.node('gateway', {}, quick());
    const orders = await cluster.mortal('orders');
    await cluster.start(gateway, orders);
    await server.kill();
    await cluster.destroy('orders');
    await server.start();
    await until(() => seenBy(gateway) === 'gateway');
  });
});

describe('a broker that is away when a node starts', () => {
  it('keeps it from starting after connectTimeoutMs, with an error that says where it was looked for', async () => {
    const starting = (nodeId: string, connectTimeoutMs: number): Promise<unknown> =>
      cluster
        .node(nodeId, {}, { servers: server.url, connectTimeoutMs })
        .init()
        .catch((thrown: unknown) => ({ nodeId, thrown }));
    const first = await Promise.race([starting('patient', 10_000), starting('impatient', 1000)]);
    expect(first).toMatchObject({
      nodeId: 'impatient',
      thrown: {
        code: 'CATGA_ENGINE_UNAVAILABLE',
        retryable: true,
        message: expect.stringContaining(`127.0.0.1:${server.port}`) as unknown,
      },
    });
  });

  it('is waited for, if waitOnStart says so', async () => {
    const proxy = await TcpProxy.to(server.port);
    proxy.cut();
    const node = cluster.node('node', {}, { ...quick(), servers: proxy.url, waitOnStart: true });
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
