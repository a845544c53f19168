import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { PlaceOrder, TestCluster } from './cluster.fixture.js';

describe('a command that is queued in a cluster', () => {
  let cluster: TestCluster;
  beforeEach(() => {
    cluster = new TestCluster(new MemoryNetwork());
  });
  afterEach(() => cluster.stop());

  it('runs on a node that handles it, wherever it was queued', async () => {
    const ran: string[] = [];
    const gateway = cluster.node('gateway');
    const orders = cluster
      .node('orders')
      .handleRequest(PlaceOrder, (order) => String(ran.push((order as PlaceOrder).sku)));
    await cluster.start(gateway, orders);
    await gateway.mediator.enqueue(new PlaceOrder('tea'));
    await cluster.turns();
    expect(ran).toEqual(['tea']);
  });

  it('waits for a node that handles it, if there is none yet', async () => {
    const ran: string[] = [];
    const gateway = cluster.node('gateway');
    await cluster.start(gateway);
    await gateway.mediator.enqueue(new PlaceOrder('tea'));
    await cluster.turns();
    const orders = cluster
      .node('orders')
      .handleRequest(PlaceOrder, (order) => String(ran.push((order as PlaceOrder).sku)));
    await cluster.start(orders);
    expect(ran).toEqual(['tea']);
  });
});
