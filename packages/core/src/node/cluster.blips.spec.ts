import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Message } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { CountOrders, PlaceOrder, TestCluster } from './cluster.fixture.js';

@Message({ qos: 0 })
class Ring extends Command<string> {}

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster(new MemoryNetwork());
});
afterEach(() => cluster.stop());

describe('a node that is not there for a moment, while the directory has it', () => {
  it('gets what was sent to it meanwhile when it is back, if nobody else can', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway');
    const orders = cluster
      .node('orders')
      .handleRequest(PlaceOrder, () => `run ${++runs}`)
      .handleRequest(CountOrders, () => 7);
    await cluster.start(gateway, orders);
    cluster.network.unplug('orders');
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    const counted = gateway.mediator.send(new CountOrders());
    const byName = gateway.mediator.sendToNode('orders', new PlaceOrder('milk'));
    await cluster.pass(4000);
    cluster.network.heal();
    await cluster.pass(5000);
    await expect(Promise.all([sent, counted, byName])).resolves.toEqual(['run 1', 7, 'run 2']);
    expect(runs).toBe(2);
    expect(gateway.mediator.self.load.unanswered).toBe(0);
  });

  it('is asked again when the other, who was asked then, is really gone', async () => {
    const gateway = cluster.node('gateway');
    const orders = (nodeId: string) => cluster.node(nodeId).handleRequest(PlaceOrder, () => nodeId);
    await cluster.start(gateway, orders('one'), orders('two'));
    cluster.network.unplug('one');
    cluster.network.crash('two');
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.pass(1000);
    cluster.network.heal();
    await cluster.pass(5000);
    await expect(sent).resolves.toBe('one');
  });

  it('gives back a run that it had begun, and does not begin it again', async () => {
    let runs = 0;
    let finish = (): void => {};
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, async () => {
      runs++;
      await new Promise<void>((resolve) => (finish = resolve));
      return 'placed';
    });
    await cluster.start(gateway, orders);
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.turns();
    cluster.network.unplug('orders');
    await cluster.pass(2000);
    finish(); // its answer is lost
    await cluster.turns();
    cluster.network.heal();
    await cluster.pass(6000);
    await expect(sent).resolves.toBe('placed');
    expect(runs).toBe(1);
  });

  it('is not waited for any longer once the directory does not have it', async () => {
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => 'placed');
    await cluster.start(gateway, orders);
    cluster.network.crash('orders');
    const sent = gateway.mediator.trySend(new PlaceOrder('tea'), { timeoutMs: 60_000 });
    await cluster.pass(10_000);
    expect(gateway.mediator.self.load.unanswered).toBe(1);
    await cluster.pass(6000);
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_NODE_LOST' } });
  });

  it('is not waited for any longer than the caller waits', async () => {
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => 'placed');
    await cluster.start(gateway, orders);
    cluster.network.unplug('orders');
    const sent = gateway.mediator.trySend(new PlaceOrder('tea'), { timeoutMs: 3000 });
    await cluster.pass(3000);
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_TIMEOUT' } });
  });

  it('ends a command at QoS 0, which may have run: it runs at most once', async () => {
    const ran: string[] = [];
    const gateway = cluster.node('gateway');
    const bells = (nodeId: string) =>
      cluster.node(nodeId).handleRequest(Ring, () => {
        ran.push(nodeId);
        return new Promise(() => {});
      });
    await cluster.start(gateway, bells('one'), bells('two'));
    const sent = gateway.mediator.trySend(new Ring());
    await cluster.turns();
    cluster.network.crash(ran[0]!);
    await cluster.pass(20_000);
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_NODE_LOST' } });
    expect(ran).toHaveLength(1);
  });

  it.each([
    ['unplugged', 3000, (network: MemoryNetwork) => network.unplug('orders')],
    ['silent', 20_000, (network: MemoryNetwork) => network.pause('orders')],
    ['silent', 100_000, (network: MemoryNetwork) => network.pause('orders')],
  ])('understands those who talked to it much before it was %s for %d ms', async (_how, awayMs, disturb) => {
    const gateway = cluster.node('gateway');
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => 'placed');
    await cluster.start(gateway, orders);
    for (let sent = 0; sent < 1500; sent++) {
      const placed = gateway.mediator.send(new PlaceOrder('tea'));
      await cluster.turns(); // each in a frame of its own
      await placed;
    }
    disturb(cluster.network);
    const meanwhile = gateway.mediator.trySend(new PlaceOrder('milk'), { timeoutMs: 1000 });
    await cluster.pass(awayMs);
    await meanwhile;
    cluster.network.restore();
    await cluster.pass(awayMs < 60_000 ? 60_000 : 1000);
    const sent = gateway.mediator.trySend(new PlaceOrder('milk'), { timeoutMs: 5000 });
    await cluster.pass(6000);
    await expect(sent).resolves.toEqual({ ok: true, value: 'placed' });
  });
});
