import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChargeCard, NatsCluster, PlaceOrder, until } from './testing/nats-cluster.fixture.js';
import { sharedBroker } from './testing/nats-server.fixture.js';
import type { SharedBroker } from './testing/nats-server.fixture.js';
import { TcpProxy } from '@catga/servers';

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
