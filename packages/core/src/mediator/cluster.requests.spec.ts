import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { CartViewed, ChargeCard, CountOrders, PlaceOrder, TestCluster } from './cluster.fixture.js';

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster(new MemoryNetwork());
});
afterEach(() => cluster.stop());

describe('a request in a cluster', () => {
  it('reaches the node that handles it, and its result comes back', async () => {
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, (command) => {
      expect(command).toBeInstanceOf(PlaceOrder);
      return `order of ${(command as PlaceOrder).sku}`;
    });
    await cluster.start(gateway, orders);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('order of tea');
  });

  it('rejects with what the handler threw: name, message and code, never a stack', async () => {
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => {
      throw Object.assign(new RangeError('sold out'), { code: 'E_SOLD_OUT' });
    });
    await cluster.start(gateway, orders);
    const error: unknown = await gateway.mediator
      .send(new PlaceOrder('tea'))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'RangeError', message: 'sold out', code: 'E_SOLD_OUT' });
  });

  it('fails at once when nobody handles it, and says which nodes were seen', async () => {
    const gateway = cluster.node('gateway');
    await cluster.start(gateway, cluster.node('other'));
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject({
      code: 'CATGA_NO_HANDLER',
      details: { nodes: ['gateway', 'other'] },
    });
  });

  it('is sent again when its frame is lost, and runs once', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => `run ${++runs}`);
    await cluster.start(gateway, orders);
    cluster.network.cut('gateway', 'orders');
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.turns();
    cluster.network.heal();
    await cluster.clock.advance(1000);
    await expect(sent).resolves.toBe('run 1');
  });

  it('is answered again, not run again, when the reply is lost', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => `run ${++runs}`);
    await cluster.start(gateway, orders);
    cluster.network.cut('orders', 'gateway');
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.turns();
    expect(runs).toBe(1);
    cluster.network.heal();
    await cluster.clock.advance(1000);
    await expect(sent).resolves.toBe('run 1');
    expect(runs).toBe(1);
  });

  it('is never run twice because its handler is slow', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway');
    const slow = (nodeId: string) =>
      cluster.node(nodeId).handleRequest(PlaceOrder, async () => {
        runs++;
        await new Promise<void>((resolve) => void cluster.clock.setTimer(20_000, resolve));
        return nodeId;
      });
    await cluster.start(gateway, slow('one'), slow('two'));
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.pass(21_000);
    await expect(sent).resolves.toMatch(/one|two/);
    expect(runs).toBe(1);
  });

  it('goes to another node when the one that had it is gone', async () => {
    const ran: string[] = [];
    const gateway = cluster.node('gateway');
    const orders = (nodeId: string) =>
      cluster.node(nodeId).handleRequest(PlaceOrder, async () => {
        ran.push(nodeId);
        if (ran.length === 1) await new Promise(() => {});
        return nodeId;
      });
    await cluster.start(gateway, orders('one'), orders('two'));
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.turns();
    cluster.network.crash(ran[0]!);
    await cluster.clock.advance(1000);
    await expect(sent).resolves.toBe(ran[1]!);
    expect(new Set(ran).size).toBe(2);
  });

  it('is not run again by a node that takes over, if its outcome was recorded', async () => {
    const ran: string[] = [];
    const gateway = cluster.node('gateway');
    const orders = (nodeId: string) =>
      cluster.node(nodeId).handleRequest(PlaceOrder, () => `${ran.push(nodeId)} ${nodeId}`);
    await cluster.start(gateway, orders('one'), orders('two'));
    cluster.network.cut('one', 'gateway');
    cluster.network.cut('two', 'gateway');
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.clock.advance(20); // Nobody has acknowledged the answer: it is recorded.
    expect(ran).toHaveLength(1);
    cluster.network.crash(ran[0]!);
    cluster.network.heal();
    await cluster.clock.advance(2000);
    await expect(sent).resolves.toBe(`1 ${ran[0]!}`);
    expect(ran).toHaveLength(1);
  });

  it('at QoS 2 takes effect once, wherever its repetitions go', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway', { routing: 'round-robin' });
    const cards = (nodeId: string) =>
      cluster.node(nodeId).handleRequest(ChargeCard, () => `charge ${++runs}`);
    await cluster.start(gateway, cards('one'), cards('two'));
    const charge = (): Promise<string> => gateway.mediator.send(new ChargeCard('o1'), { messageId: 'm1' });
    await expect(Promise.all([charge(), charge(), charge()])).resolves.toEqual([
      'charge 1',
      'charge 1',
      'charge 1',
    ]);
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
    const sent = gateway.mediator.trySend(new CountOrders(), { timeoutMs: 2000 });
    await cluster.clock.advance(2001);
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_TIMEOUT' } });
    await cluster.turns();
    expect(signal?.aborted).toBe(true);
  });

  it('is cancelled where it runs when its caller gives up', async () => {
    let signal: AbortSignal | undefined;
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, (_command, context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    await cluster.start(gateway, orders);
    const caller = new AbortController();
    const sent = gateway.mediator.trySend(new PlaceOrder('tea'), { signal: caller.signal });
    await cluster.turns();
    caller.abort();
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_CANCELLED' } });
    await cluster.turns();
    expect(signal?.aborted).toBe(true);
  });

  it('goes elsewhere when the first node is draining, and fails nothing', async () => {
    const gateway = cluster.node('gateway', { routing: 'round-robin' });
    const orders = (nodeId: string) => cluster.node(nodeId).handleRequest(PlaceOrder, () => nodeId);
    const one = orders('one');
    await cluster.start(gateway, one, orders('two'));
    const stopping = one.stop();
    const answers = await Promise.all([1, 2, 3, 4].map(() => gateway.mediator.send(new PlaceOrder('tea'))));
    await stopping;
    expect(new Set(answers)).toContain('two');
  });

  it('is not driven on by the late refusal of a node that it has left', async () => {
    const gateway = cluster.node('gateway');
    const busy = { concurrency: { maxInFlight: 1, maxQueued: 0 } };
    const one = cluster.node('one', busy).handleRequest(PlaceOrder, () => new Promise(() => {}));
    const two = cluster.node('two').handleRequest(PlaceOrder, async () => {
      await new Promise<void>((resolve) => void cluster.clock.setTimer(500, resolve));
      return 'two';
    });
    await cluster.start(gateway, one);
    void gateway.mediator.trySend(new PlaceOrder('tea')); // keeps node one busy
    await cluster.turns();
    cluster.network.setLinkFaults('one', 'gateway', { delayMs: [200, 200] });
    const sent = gateway.mediator.send(new PlaceOrder('milk'));
    await cluster.turns(); // its refusal is on the way
    await cluster.start(two);
    void one.stop();
    await cluster.clock.advance(100); // its goodbye was faster
    await cluster.clock.advance(1000);
    await expect(sent).resolves.toBe('two');
  });

  it.each([['with'], ['without']])(
    'that a draining node works on is answered by it, and runs once, %s another node',
    async (another) => {
      const ran: string[] = [];
      let finish = (): void => {};
      const orders = (nodeId: string) =>
        cluster.node(nodeId).handleRequest(PlaceOrder, async () => {
          ran.push(nodeId);
          await new Promise<void>((resolve) => (finish = resolve));
          return nodeId;
        });
      const gateway = cluster.node('gateway');
      const one = orders('one');
      await cluster.start(gateway, one);
      const sent = gateway.mediator.send(new PlaceOrder('tea'));
      await cluster.turns();
      if (another === 'with') await cluster.start(orders('two'));
      const stopped = one.stop();
      await cluster.pass(3000);
      finish();
      await stopped;
      await expect(sent).resolves.toBe('one');
      expect(ran).toEqual(['one']);
    },
  );

  it('sent to a node by name runs there, or is refused', async () => {
    const gateway = cluster.node('gateway');
    const orders = (nodeId: string) => cluster.node(nodeId).handleRequest(PlaceOrder, () => nodeId);
    await cluster.start(gateway, orders('one'), orders('two'));
    await expect(gateway.mediator.sendToNode('two', new PlaceOrder('tea'))).resolves.toBe('two');
    await expect(gateway.mediator.sendToNode('nine', new PlaceOrder('tea'))).rejects.toMatchObject({
      code: 'CATGA_NODE_NOT_FOUND',
    });
  });
});

describe('a plain event in a cluster', () => {
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
    await cluster.turns();
    expect(seen.filter((line) => line.startsWith('mail'))).toHaveLength(1);
    expect(seen.filter((line) => !line.startsWith('mail')).toSorted()).toEqual([
      'cache-1 tea',
      'cache-2 tea',
      'stats-1 tea',
    ]);
  });

  it('that is broadcast reaches every node', async () => {
    const seen: string[] = [];
    const listener = (nodeId: string) =>
      cluster.node(nodeId, { service: 'mail' }).handleEvent(CartViewed, () => void seen.push(nodeId));
    const nodes = [listener('one'), listener('two'), listener('three')];
    await cluster.start(...nodes);
    await nodes[0]!.mediator.broadcast(new CartViewed('tea'));
    await cluster.turns();
    expect(seen.toSorted()).toEqual(['one', 'three', 'two']);
  });
});
