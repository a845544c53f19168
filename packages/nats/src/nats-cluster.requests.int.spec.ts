import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CartViewed,
  ChargeCard,
  CountOrders,
  NatsCluster,
  PlaceOrder,
  seenBy,
  until,
} from './testing/nats-cluster.fixture.js';
import { sharedBroker } from './testing/nats-server.fixture.js';
import type { SharedBroker } from './testing/nats-server.fixture.js';
import { TcpProxy } from './testing/tcp-proxy.fixture.js';

let broker: SharedBroker;
let cluster: NatsCluster;
beforeAll(async () => {
  broker = await sharedBroker();
});
afterAll(() => broker.stop());
beforeEach(async () => {
  await broker.forget();
  cluster = new NatsCluster(broker.url);
});
afterEach(() => cluster.stop());

describe('a request in a cluster over NATS', () => {
  it('reaches the node that handles it, and its result comes back', async () => {
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, (command) => {
      expect(command).toBeInstanceOf(PlaceOrder);
      return `order of ${(command as PlaceOrder).sku}`;
    });
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('order of tea');
  });

  it('is one of very many at once', async () => {
    const heartbeat = { intervalMs: 20_000, timeoutMs: 60_000 }; // this process has its hands full
    const gateway = cluster.node('gateway', { heartbeat });
    const orders = cluster
      .node('orders', { heartbeat })
      .handleRequest(PlaceOrder, async (command) => `order of ${(command as PlaceOrder).sku}`);
    await cluster.start(gateway, orders);
    const skus = Array.from({ length: 5000 }, (_, i) => `sku${i}`);
    const results = await Promise.all(skus.map((sku) => gateway.mediator.send(new PlaceOrder(sku))));
    expect(results).toEqual(skus.map((sku) => `order of ${sku}`));
  });

  it('rejects with what the handler threw: name, message and code, never a stack', async () => {
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => {
      throw Object.assign(new RangeError('sold out'), { code: 'E_SOLD_OUT' });
    });
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject({
      name: 'RangeError',
      message: 'sold out',
      code: 'E_SOLD_OUT',
    });
  });

  it('fails at once when nobody handles it, and says which nodes were seen', async () => {
    const gateway = cluster.node('gateway');
    await cluster.start(gateway, cluster.node('other'));
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject({
      code: 'CATGA_NO_HANDLER',
      details: { nodes: ['gateway', 'other'] },
    });
  });

  it('is never run twice because its handler is slow', async () => {
    let runs = 0;
    const gateway = await cluster.mortal('gateway');
    const slow = (nodeId: string) =>
      cluster.node(nodeId).handleRequest(PlaceOrder, async () => {
        runs++;
        const sent = cluster.sentBy('gateway');
        await until(() => cluster.sentBy('gateway') >= sent + 10); // heartbeats, and retransmissions
        return nodeId;
      });
    await cluster.start(gateway, slow('one'), slow('two'));
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toMatch(/one|two/);
    expect(runs).toBe(1);
  });

  it('goes to another node as soon as the broker says that nobody listens there', async () => {
    const ran: string[] = [];
    const heartbeat = { intervalMs: 20_000, timeoutMs: 60_000 }; // no help from the directory
    const gateway = cluster.node('gateway', { heartbeat });
    const orders = async (nodeId: string) =>
      (await cluster.mortal(nodeId, { heartbeat })).handleRequest(PlaceOrder, async () => {
        ran.push(nodeId);
        if (ran.length === 1) await new Promise(() => {});
        return nodeId;
      });
    await cluster.start(gateway, await orders('one'), await orders('two'));
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await until(() => ran.length === 1);
    await cluster.destroy(ran[0]!);
    await expect(sent).resolves.toBe(ran[0] === 'one' ? 'two' : 'one');
    expect(ran).toHaveLength(2);
  });

  it('is not run again by a node that takes over, if its outcome was recorded', async () => {
    const ran: string[] = [];
    const port = Number(new URL(broker.url).port || 4222);
    const proxy = await TcpProxy.to(port);
    const gateway = cluster.node(
      'gateway',
      {},
      { servers: proxy.url, reconnect: { waitMs: 50, jitterMs: 0 } },
    );
    const orders = async (nodeId: string) =>
      (await cluster.mortal(nodeId)).handleRequest(PlaceOrder, () => {
        if (ran.length === 0) proxy.cut(); // its answer finds nobody
        return `${ran.push(nodeId)} ${nodeId}`;
      });
    await cluster.start(gateway, await orders('one'), await orders('two'));
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await until(() => ran.length === 1);
    const other = ran[0] === 'one' ? 'two' : 'one';
    await until(async () => (await broker.messagesIn('catga_outcomes')) === 1);
    await cluster.destroy(ran[0]!);
    proxy.open();
    await expect(sent).resolves.toBe(`1 ${ran[0]!}`);
    expect(ran).not.toContain(other);
    await gateway.stop();
    await proxy.close();
  });

  it('at QoS 2 takes effect once, wherever its repetitions go', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway', { routing: 'round-robin' });
    const cards = (nodeId: string) =>
      cluster.node(nodeId).handleRequest(ChargeCard, () => `charge ${++runs}`);
    await cluster.start(gateway, cards('one'), cards('two'));
    const charge = (): Promise<string> => gateway.mediator.send(new ChargeCard('o1'), { messageId: 'm1' });
    const charged = ['charge 1', 'charge 1', 'charge 1'];
    await expect(Promise.all([charge(), charge(), charge()])).resolves.toEqual(charged);
    await expect(gateway.mediator.send(new ChargeCard('o2'), { messageId: 'm1' })).rejects.toMatchObject({
      code: 'CATGA_IDEMPOTENCY_MISMATCH',
    });
  });

  it('ends at its deadline when nothing answers, and tells the handler', async () => {
    let signal: AbortSignal | undefined;
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(CountOrders, (_query, context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new CountOrders(), { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'CATGA_TIMEOUT',
    });
    await until(() => signal?.aborted === true);
  });

  it('goes elsewhere when the first node is draining, and fails nothing', async () => {
    const gateway = cluster.node('gateway', { routing: 'round-robin' });
    const orders = (nodeId: string) => cluster.node(nodeId).handleRequest(PlaceOrder, () => nodeId);
    const one = orders('one');
    await cluster.start(gateway, one, orders('two'));
    const stopping = one.stop();
    const answers = await Promise.all([1, 2, 3, 4].map(() => gateway.mediator.send(new PlaceOrder('tea'))));
    await stopping;
    expect(answers).toContain('two');
  });

  it('sent to a node by name runs there, or is refused', async () => {
    const gateway = cluster.node('gateway');
    const orders = (nodeId: string) => cluster.node(nodeId).handleRequest(PlaceOrder, () => nodeId);
    await cluster.start(gateway, orders('one'), orders('two'));
    await expect(gateway.mediator.sendToNode('two', new PlaceOrder('tea'))).resolves.toBe('two');
    await expect(gateway.mediator.sendToNode('nine', new PlaceOrder('tea'))).rejects.toMatchObject({
      code: 'CATGA_NODE_NOT_FOUND',
    });
  });

  it('is answered by a node that joined a moment ago, and to a late joiner at once', async () => {
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => 'answered');
    await cluster.start(orders);
    const late = cluster.node('late');
    await late.init();
    await late.start();
    expect(seenBy(late)).toContain('orders');
    await expect(late.mediator.send(new PlaceOrder('tea'))).resolves.toBe('answered');
  });
});

describe('what is too large for the server', () => {
  const largest = 'x'.repeat(1024 * 1024 - 40); // within limits.maxPayloadBytes, beyond a frame
  const tooLarge = { code: 'CATGA_PAYLOAD_TOO_LARGE' };

  it('is refused as a request, before it leaves', async () => {
    const gateway = cluster.node('gateway');
    await cluster.start(
      gateway,
      cluster.node('orders').handleRequest(PlaceOrder, () => ''),
    );
    await expect(gateway.mediator.send(new PlaceOrder(largest))).rejects.toMatchObject(tooLarge);
  });

  it('is an error as a result, at any QoS, and is not run again', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway');
    const orders = cluster
      .node('orders')
      .handleRequest(PlaceOrder, () => largest)
      .handleRequest(ChargeCard, () => `${++runs}${largest}`);
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject(tooLarge);
    for (let sent = 0; sent < 2; sent++) {
      const charged = gateway.mediator.send(new ChargeCard('o1'), { messageId: 'm1' });
      await expect(charged).rejects.toMatchObject(tooLarge);
    }
    expect(runs).toBe(1);
  });
});

describe('a plain event in a cluster over NATS', () => {
  it('reaches one node of each service, and every node that asks for it as a node', async () => {
    const seen: string[] = [];
    const listener = (nodeId: string, service: string, scope: 'service' | 'node' = 'service') =>
      cluster
        .node(nodeId, { service })
        .handleEvent(CartViewed, (event) => void seen.push(`${nodeId} ${(event as CartViewed).sku}`), {
          scope,
        });
    const publisher = cluster.node('publisher', { service: 'web' });
    await cluster.start(
      publisher,
      listener('mail-1', 'mail'),
      listener('mail-2', 'mail'),
      listener('stats-1', 'stats'),
      listener('cache-1', 'web', 'node'),
      listener('cache-2', 'web', 'node'),
    );
    await publisher.mediator.publish(new CartViewed('tea'));
    await publisher.mediator.publish(new CartViewed('milk'));
    await until(() => seen.length >= 8);
    expect(seen.filter((line) => line.startsWith('mail'))).toHaveLength(2);
    expect(seen.filter((line) => !line.startsWith('mail')).toSorted()).toEqual([
      'cache-1 milk',
      'cache-1 tea',
      'cache-2 milk',
      'cache-2 tea',
      'stats-1 milk',
      'stats-1 tea',
    ]);
  });

  it('that is broadcast reaches every node', async () => {
    const seen: string[] = [];
    const listener = (nodeId: string) =>
      cluster.node(nodeId, { service: 'mail' }).handleEvent(CartViewed, () => void seen.push(nodeId));
    const nodes = [listener('one'), listener('two'), listener('three')] as const;
    await cluster.start(...nodes);
    await nodes[0].mediator.broadcast(new CartViewed('tea'));
    await until(() => seen.length >= 3);
    expect(seen.toSorted()).toEqual(['one', 'three', 'two']);
  });
});
