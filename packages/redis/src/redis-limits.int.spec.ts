import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CatgaNode } from '@catga/core';
import { OrderShipped, PlaceOrder, RedisNodes, until } from './testing/redis-cluster.fixture.js';
import { sharedBroker } from './testing/redis-server.fixture.js';
import type { SharedBroker } from './testing/redis-server.fixture.js';

/** A failure whose text is too long for a frame. */
const cutShort = {
  code: 'CATGA_REMOTE',
  message: expect.stringMatching(/^x{100}/) as unknown,
};
const tooLarge = { code: 'CATGA_PAYLOAD_TOO_LARGE', retryable: false };
const large = 'x'.repeat(1_200_000);

/** A frame is at most 1 MiB; what is stored is bounded by the nodes alone. */
describe('nodes whose limit is larger than a frame', () => {
  let broker: SharedBroker;
  let cluster: RedisNodes;
  let gateway: CatgaNode;
  let runs = 0;
  const shipped: number[] = [];

  beforeAll(async () => {
    broker = await sharedBroker();
    await broker.forget();
    cluster = new RedisNodes(broker.url);
    const options = { limits: { maxPayloadBytes: 8 * 1024 * 1024 } };
    gateway = cluster.node('gateway', options);
    const orders = cluster
      .node('orders', options)
      .handleRequest(PlaceOrder, (command) => {
        runs++;
        const { sku } = command as PlaceOrder;
        if (sku === 'fail') throw new Error(large);
        return sku === 'large' ? large : sku;
      })
      .handleEvent(OrderShipped, (event) => void shipped.push((event as OrderShipped).orderId.length));
    await cluster.start(gateway, orders);
  });
  afterAll(async () => {
    await cluster.stop();
    await broker.stop();
  });

  it('refuse requests that no frame holds at their sender', async () => {
    await expect(gateway.mediator.send(new PlaceOrder(large))).rejects.toMatchObject(tooLarge);
    expect(runs).toBe(0);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('tea');
  });

  it('tell the caller of a result that no frame holds, and the beginning of such an error', async () => {
    runs = 0;
    await expect(gateway.mediator.send(new PlaceOrder('large'))).rejects.toMatchObject(tooLarge);
    await expect(gateway.mediator.send(new PlaceOrder('fail'))).rejects.toMatchObject(cutShort);
    expect(runs).toBe(2);
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('tea');
  });

  it('store what is larger than a frame', async () => {
    const event = 'x'.repeat(6 * 1024 * 1024);
    await gateway.mediator.publish(new OrderShipped(event));
    await until(() => shipped.length === 1);
    expect(shipped).toEqual([event.length]);
    await expect(gateway.mediator.publish(new OrderShipped(event + event))).rejects.toMatchObject(tooLarge);
  });
});
