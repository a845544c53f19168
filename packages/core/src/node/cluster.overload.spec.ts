import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { PlaceOrder, TestCluster } from './cluster.fixture.js';

const forever = () => new Promise<string>(() => {});

describe('a node that sends faster than others answer', () => {
  let cluster: TestCluster;
  beforeEach(() => void (cluster = new TestCluster(new MemoryNetwork())));
  afterEach(() => cluster.stop());

  it('is told CATGA_OVERLOADED once 65,536 requests are unanswered, and sends again when they are not', async () => {
    const answers: (() => void)[] = [];
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders', { concurrency: { maxInFlight: 100_000 } });
    orders.handleRequest(PlaceOrder, () => new Promise((resolve) => answers.push(() => resolve('done'))));
    await cluster.start(gateway, orders);
    // Results and not rejections: were this to fail, 65,536 of them would be reported.
    const sent = Array.from({ length: 65_536 }, () => gateway.mediator.trySend(new PlaceOrder('tea')));
    await expect(gateway.mediator.send(new PlaceOrder('more'))).rejects.toMatchObject({
      code: 'CATGA_OVERLOADED',
      retryable: true,
      details: { nodeId: 'orders', unanswered: 65_536 },
    });
    await cluster.clock.advance(20);
    expect(answers).toHaveLength(65_536);
    for (const answer of answers.splice(0)) answer();
    await cluster.clock.advance(20);
    expect((await Promise.all(sent)).every(({ ok }) => ok)).toBe(true);
    const again = gateway.mediator.send(new PlaceOrder('more'));
    await cluster.clock.advance(20);
    for (const answer of answers) answer();
    await cluster.clock.advance(20);
    await expect(again).resolves.toBe('done');
  });

  it('is bounded in bytes too, and turns to another node that has room', async () => {
    const gateway = cluster.node('gateway');
    const handled: string[] = [];
    const orders = (nodeId: string) =>
      cluster.node(nodeId).handleRequest(PlaceOrder, () => {
        handled.push(nodeId);
        return forever();
      });
    await cluster.start(gateway, orders('one'), orders('two'));
    const large = 'x'.repeat(1_000_000);
    const send = () => gateway.mediator.send(new PlaceOrder(large), { timeoutMs: 100 });
    const toOne = Array.from({ length: 70 }, () =>
      gateway.mediator.sendToNode('one', new PlaceOrder(large), { timeoutMs: 100 }),
    );
    const sent = [...toOne, send(), send()];
    const settled = Promise.allSettled(sent);
    await cluster.clock.advance(50);
    expect(handled.filter((nodeId) => nodeId === 'two')).toHaveLength(2);
    await cluster.clock.advance(100);
    const codes = (await settled).map((result) => result.status === 'rejected' && result.reason.code);
    expect(codes[69]).toBe('CATGA_OVERLOADED');
    expect(codes.filter((code) => code === 'CATGA_TIMEOUT').length).toBeGreaterThan(60);
  });
});
