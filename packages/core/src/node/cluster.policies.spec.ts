import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Message } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { bulkhead, circuitBreaker, rateLimit, retry } from '../pipeline/resilience/policies.js';
import { CountOrders, PlaceOrder, TestCluster } from './cluster.fixture.js';

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster(new MemoryNetwork());
});
afterEach(() => cluster.stop());

const unreachable = (): Error => Object.assign(new Error('stock is away'), { retryable: true });
const tries = retry({ maxAttempts: 3, initialDelayMs: 100, jitter: false });

@Message({ behaviors: [bulkhead({ maxConcurrent: 1 })] })
class Pack extends Command<string> {}

@Message({ behaviors: [rateLimit({ permits: 1, perMs: 1000 })] })
class Weigh extends Command<string> {}

describe('retry of a request to another node', () => {
  it('repeats what the far handler declares retryable, under one id, and tells it the attempt', async () => {
    const seen: [string, number][] = [];
    const gateway = cluster.node('gateway', { behaviors: [tries] });
    const orders = cluster.node('orders').handleRequest(PlaceOrder, (_command, { messageId, attempt }) => {
      seen.push([messageId, attempt]);
      if (seen.length < 3) throw unreachable();
      return 'ordered';
    });
    await cluster.start(gateway, orders);
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.clock.advance(1000);
    await expect(sent).resolves.toBe('ordered');
    expect(seen.map(([, attempt]) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(seen.map(([id]) => id)).size).toBe(1);
  });

  it('ends with the error of the handler, declared retryable as it was', async () => {
    const gateway = cluster.node('gateway', { behaviors: [tries] });
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => {
      throw unreachable();
    });
    await cluster.start(gateway, orders);
    const sent = gateway.mediator.trySend(new PlaceOrder('tea'));
    await cluster.clock.advance(1000);
    await expect(sent).resolves.toMatchObject({ error: { message: 'stock is away', retryable: true } });
  });

  it('does not repeat a failure of the business kind', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway', { behaviors: [tries] });
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => {
      runs++;
      throw new RangeError('sold out');
    });
    await cluster.start(gateway, orders);
    const sent = gateway.mediator.trySend(new PlaceOrder('tea'));
    await cluster.clock.advance(1000);
    await expect(sent).resolves.toMatchObject({ error: { name: 'RangeError' } });
    expect(runs).toBe(1);
  });

  it('gets the recorded outcome when an attempt timed out after its effect', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway', {
      behaviors: [retry({ attemptTimeoutMs: 300, initialDelayMs: 100, jitter: false })],
      request: { retransmitMs: 10_000 },
    });
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => `run ${++runs}`);
    await cluster.start(gateway, orders);
    cluster.network.cut('orders', 'gateway');
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.clock.advance(300);
    expect(runs).toBe(1);
    cluster.network.heal();
    await cluster.clock.advance(200);
    await expect(sent).resolves.toBe('run 1');
    expect(runs).toBe(1);
  });

  it('repeats a query whose frame was lost', async () => {
    const gateway = cluster.node('gateway', {
      behaviors: [retry({ attemptTimeoutMs: 300, initialDelayMs: 100, jitter: false })],
    });
    const orders = cluster.node('orders').handleRequest(CountOrders, () => 7);
    await cluster.start(gateway, orders);
    cluster.network.cut('gateway', 'orders');
    const sent = gateway.mediator.send(new CountOrders());
    await cluster.clock.advance(350);
    cluster.network.heal();
    await cluster.clock.advance(100);
    await expect(sent).resolves.toBe(7);
  });

  it('keeps to the deadline of the caller, over all attempts', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway', { behaviors: [retry({ maxAttempts: 100, jitter: false })] });
    const orders = cluster.node('orders').handleRequest(CountOrders, () => {
      runs++;
      throw unreachable();
    });
    await cluster.start(gateway, orders);
    const sent = gateway.mediator.trySend(new CountOrders(), { timeoutMs: 800 });
    await cluster.clock.advance(800);
    await expect(sent).resolves.toMatchObject({ ok: false, error: { message: 'stock is away' } });
    expect(runs).toBe(4); // after 0, 100, 300 and 700 ms
  });

  it('has the 30 seconds of any remote request where nobody says', async () => {
    const gateway = cluster.node('gateway', {
      behaviors: [retry({ maxAttempts: 100, attemptTimeoutMs: 7000, initialDelayMs: 1 })],
    });
    const orders = cluster.node('orders').handleRequest(CountOrders, () => new Promise(() => {}));
    await cluster.start(gateway, orders);
    const sent = gateway.mediator.trySend(new CountOrders());
    let isDone = false;
    void sent.then(() => (isDone = true));
    await cluster.pass(29_000);
    expect(isDone).toBe(false);
    await cluster.pass(1000);
    await expect(sent).resolves.toMatchObject({ error: { code: 'CATGA_TIMEOUT' } });
  });

  it('is cancelled in its pause, and begins no other attempt', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway', { behaviors: [tries] });
    const orders = cluster.node('orders').handleRequest(CountOrders, () => {
      runs++;
      throw unreachable();
    });
    await cluster.start(gateway, orders);
    const caller = new AbortController();
    const sent = gateway.mediator.trySend(new CountOrders(), { signal: caller.signal });
    await cluster.clock.advance(50);
    caller.abort();
    await expect(sent).resolves.toMatchObject({ error: { code: 'CATGA_CANCELLED' } });
    await cluster.clock.advance(1000);
    expect(runs).toBe(1);
  });
});

describe('a circuit breaker before another node', () => {
  it('opens for timeouts, sends nothing while open, and closes with the first that is answered', async () => {
    const gateway = cluster.node('gateway', {
      behaviors: [circuitBreaker({ minimumRequests: 3, openMs: 2000 })],
    });
    const orders = cluster.node('orders').handleRequest(CountOrders, () => 7);
    await cluster.start(gateway, orders);
    const send = () => gateway.mediator.trySend(new CountOrders(), { timeoutMs: 100 });
    cluster.network.cut('gateway', 'orders');
    const timedOut = Promise.all([send(), send(), send()]);
    await cluster.clock.advance(100);
    await expect(timedOut).resolves.toMatchObject(
      [1, 2, 3].map(() => ({ error: { code: 'CATGA_TIMEOUT' } })),
    );
    cluster.network.heal();
    await expect(send()).resolves.toMatchObject({ error: { code: 'CATGA_CIRCUIT_OPEN' } });
    await cluster.clock.advance(2000);
    const [first, second] = [send(), send()];
    await expect(second).resolves.toMatchObject({ error: { code: 'CATGA_CIRCUIT_OPEN' } });
    await expect(first).resolves.toEqual({ ok: true, value: 7 });
    await expect(send()).resolves.toEqual({ ok: true, value: 7 });
  });

  it('opens when the node is gone', async () => {
    const gateway = cluster.node('gateway', { behaviors: [circuitBreaker({ minimumRequests: 3 })] });
    await cluster.start(gateway);
    const codes = [];
    for (let count = 0; count < 4; count++) {
      const sent = await gateway.mediator.trySend(new CountOrders());
      codes.push(sent.ok ? undefined : (sent.error as { code?: string }).code);
    }
    expect(codes).toEqual(['CATGA_NO_HANDLER', 'CATGA_NO_HANDLER', 'CATGA_NO_HANDLER', 'CATGA_CIRCUIT_OPEN']);
  });
});

describe('a limit before a handler', () => {
  it('sends the request to another node that has room', async () => {
    const gateway = cluster.node('gateway');
    const ran: string[] = [];
    const packer = (nodeId: string) =>
      cluster.node(nodeId).handleRequest(Pack, () => {
        ran.push(nodeId);
        return new Promise(() => {});
      });
    await cluster.start(gateway, packer('one'), packer('two'));
    const sent = [1, 2, 3].map(() => gateway.mediator.trySend(new Pack(), { timeoutMs: 5000 }));
    await cluster.turns();
    expect(ran.toSorted()).toEqual(['one', 'two']);
    await expect(Promise.race(sent)).resolves.toMatchObject({ error: { code: 'CATGA_OVERLOADED' } });
  });

  it('that is full makes the next request go elsewhere, whosever turn it was', async () => {
    const gateway = cluster.node('gateway');
    const one = cluster.node('one').handleRequest(Pack, () => new Promise(() => {}));
    const two = cluster.node('two').handleRequest(Pack, () => 'packed by two');
    await cluster.start(gateway, one, two);
    void gateway.mediator.sendToNode('one', new Pack()).catch(() => {});
    await cluster.turns();
    for (let turn = 0; turn < 4; turn++)
      await expect(gateway.mediator.send(new Pack())).resolves.toBe('packed by two');
  });

  it('that refuses everywhere is waited for by a retry, as long as it says', async () => {
    const gateway = cluster.node('gateway', { behaviors: [tries] });
    const scales = (nodeId: string) => cluster.node(nodeId).handleRequest(Weigh, () => nodeId);
    await cluster.start(gateway, scales('one'), scales('two'));
    const answered: string[] = [];
    const sent = [1, 2, 3].map(async () => answered.push(await gateway.mediator.send(new Weigh())));
    for (let turns = 0; turns < 5; turns++) await cluster.turns(); // one node, then the other, and back
    expect(answered.toSorted()).toEqual(['one', 'two']);
    await cluster.clock.advance(1099);
    expect(answered).toHaveLength(2);
    await cluster.clock.advance(1);
    await Promise.all(sent);
  });
});
