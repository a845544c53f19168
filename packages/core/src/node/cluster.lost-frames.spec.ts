import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { PlaceOrder, TestCluster } from './cluster.fixture.js';

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster(new MemoryNetwork());
});
afterEach(() => cluster.stop());

/** What only a network shows whose frames a test can lose one way; the rest is in the compliance suite. */
describe('a request in a cluster that loses frames', () => {
  it('is sent again when it was lost, and runs once', async () => {
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

  it('is answered again, not run again, when its reply was lost', async () => {
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
});
