import { afterEach, describe, expect, it } from '@jest/globals';
import type { CatgaRequest } from '../contracts/request.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { msgpack } from '../wire/msgpack/msgpack-serializer.js';
import { CartViewed, CountOrders, PlaceOrder, TestCluster } from './cluster.fixture.js';

const tooLarge = { code: 'CATGA_PAYLOAD_TOO_LARGE', retryable: false };
const large = 'x'.repeat(2000);
/** What is told of an error whose text is as large. */
const cut = { name: 'Error', message: `${large.slice(0, 199)}…` };
const small = { limits: { maxPayloadBytes: 1000, maxHeaderBytes: 100 } };

let cluster: TestCluster;
let frames: number;
function setUp(maxFrameBytes?: number): void {
  frames = 0;
  const onFrame = (): void => void frames++;
  cluster = new TestCluster(
    new MemoryNetwork(maxFrameBytes === undefined ? { onFrame } : { onFrame, maxFrameBytes }),
  );
}
afterEach(() => cluster.stop());

describe.each([
  ['json', {}],
  ['msgpack', { serializer: msgpack() }],
])('the limits of a cluster with %s', (_, serializer) => {
  it('hold at the sender, before anything is sent', async () => {
    setUp();
    const gateway = cluster.node('gateway', { ...small, ...serializer });
    const orders = cluster
      .node('orders', serializer)
      .handleRequest(PlaceOrder, () => 'ran')
      .handleEvent(CartViewed, () => {});
    await cluster.start(gateway, orders);
    const { mediator } = gateway;
    const headers = { note: 'x'.repeat(100) };
    await expect(mediator.send(new PlaceOrder(large))).rejects.toMatchObject(tooLarge);
    await expect(mediator.sendToNode('orders', new PlaceOrder(large))).rejects.toMatchObject(tooLarge);
    await expect(mediator.publish(new CartViewed(large))).rejects.toMatchObject(tooLarge);
    await expect(mediator.broadcast(new CartViewed(large))).rejects.toMatchObject(tooLarge);
    await expect(mediator.send(new PlaceOrder('tea'), { headers })).rejects.toMatchObject(tooLarge);
    await expect(mediator.publish(new CartViewed('tea'), { headers })).rejects.toMatchObject(tooLarge);
    await expect(mediator.broadcast(new CartViewed('tea'), { headers })).rejects.toMatchObject(tooLarge);
    expect(frames).toBe(0);
  });

  it('hold at the receiver, which may have lower ones', async () => {
    setUp();
    let runs = 0;
    const gateway = cluster.node('gateway', serializer);
    const orders = cluster
      .node('orders', { ...small, ...serializer })
      .handleRequest(PlaceOrder, () => `run ${++runs}`)
      .handleEvent(CartViewed, () => void runs++);
    await cluster.start(gateway, orders);
    const { mediator } = gateway;
    const headers = { note: 'x'.repeat(100) };
    await expect(mediator.send(new PlaceOrder(large))).rejects.toMatchObject(tooLarge);
    await expect(mediator.send(new PlaceOrder('tea'), { headers })).rejects.toMatchObject(tooLarge);
    await mediator.publish(new CartViewed(large));
    await mediator.publish(new CartViewed('tea'), { headers });
    await cluster.turns();
    expect(runs).toBe(0);
    expect(orders.failures.failures.get('CartViewed')).toBe(2);
    await expect(mediator.send(new PlaceOrder('tea'))).resolves.toBe('run 1');
  });

  it('hold for results and errors, on both sides, and never leave a caller waiting', async () => {
    setUp();
    const answer = (request: object) => {
      if (request instanceof PlaceOrder) throw new Error(large);
      return large as never;
    };
    const nodeOf = (nodeId: string, options: object) =>
      cluster
        .node(nodeId, { ...options, ...serializer })
        .handleRequest(PlaceOrder, answer)
        .handleRequest(CountOrders, answer);
    const gateway = cluster.node('gateway', serializer);
    const modest = cluster.node('modest', { ...small, ...serializer });
    const strict = nodeOf('strict', { limits: { maxPayloadBytes: 50 } });
    await cluster.start(gateway, modest, strict, nodeOf('generous', {}));
    const requests: CatgaRequest<unknown>[] = [new PlaceOrder('tea'), new CountOrders()];
    for (const request of requests)
      await expect(modest.mediator.sendToNode('generous', request)).rejects.toMatchObject(tooLarge);
    await expect(gateway.mediator.sendToNode('strict', new CountOrders())).rejects.toMatchObject(tooLarge);
    // An error is told by less rather than not at all.
    await expect(gateway.mediator.sendToNode('strict', new PlaceOrder('tea'))).rejects.toMatchObject(cut);
  });

  it('are those of the engine where its frames are smaller', async () => {
    setUp(1000);
    const gateway = cluster.node('gateway', serializer);
    const orders = cluster
      .node('orders', serializer)
      .handleRequest(PlaceOrder, (command) => {
        if ((command as PlaceOrder).sku === 'fail') throw new Error(large);
        return large;
      })
      .handleEvent(CartViewed, () => {});
    await cluster.start(gateway, orders);
    const { mediator } = gateway;
    await expect(mediator.send(new PlaceOrder(large))).rejects.toMatchObject(tooLarge);
    await expect(mediator.publish(new CartViewed(large))).rejects.toMatchObject(tooLarge);
    expect(frames).toBe(0);
    await expect(mediator.send(new PlaceOrder('tea'))).rejects.toMatchObject(tooLarge);
    await expect(mediator.send(new PlaceOrder('fail'))).rejects.toMatchObject(cut);
  });
});
