import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { GetOrder, PlaceOrder } from '../messages.js';

/** Requests across nodes. */
export function clusterRequests(lab: ClusterLab): void {
  describe('a request in a cluster', () => {
    it('reaches the node that handles it as an instance of its class, and its result comes back', async () => {
      const gateway = lab.member('gateway');
      const orders = lab.member('orders').handleRequest(PlaceOrder, (command) => {
        expect(command).toBeInstanceOf(PlaceOrder);
        return { orderId: `for ${(command as PlaceOrder).customerId}` };
      });
      await lab.start(gateway, orders);
      await expect(gateway.mediator.send(new PlaceOrder('c1'))).resolves.toEqual({ orderId: 'for c1' });
    });

    it('may be answered with nothing', async () => {
      const gateway = lab.member('gateway');
      await lab.start(
        gateway,
        lab.member('orders').handleRequest(GetOrder, () => undefined),
      );
      await expect(gateway.mediator.send(new GetOrder('o1'))).resolves.toBeUndefined();
    });

    it('from a node that has just joined is answered', async () => {
      await lab.start(lab.orders('orders'));
      const late = await lab.run(lab.member('late'));
      await expect(late.mediator.send(new GetOrder('o1'))).resolves.toBe('orders');
    });

    it('is one of very many at once, and each caller has its own answer', async () => {
      const heartbeat = lab.slowHeartbeat; // The process is busy.
      const gateway = lab.member('gateway', { heartbeat, request: { retransmitMs: 100 * lab.unitMs } });
      const orders = lab
        .member('orders', { heartbeat })
        .handleRequest(GetOrder, (query) => `order ${(query as GetOrder).orderId}`);
      await lab.start(gateway, orders);
      const ids = Array.from({ length: 2000 }, (_, index) => `o${index}`);
      const answers = Promise.all(ids.map((id) => gateway.mediator.send(new GetOrder(id))));
      await expect(lab.whileTimePasses(answers)).resolves.toEqual(ids.map((id) => `order ${id}`));
    });

    it('that nobody handles is refused at once, with the nodes that were seen', async () => {
      const gateway = lab.member('gateway');
      await lab.start(gateway, lab.member('other'));
      await expect(gateway.mediator.send(new PlaceOrder('c1'))).rejects.toMatchObject({
        code: 'CATGA_NO_HANDLER',
        details: { nodes: expect.arrayContaining(['gateway', 'other']) as unknown },
      });
    });

    it('sent to a node runs on that node', async () => {
      const gateway = lab.member('gateway');
      await lab.start(gateway, lab.orders('one'), lab.orders('two'), lab.orders('three'));
      for (const nodeId of ['two', 'one', 'three']) {
        await expect(gateway.mediator.sendToNode(nodeId, new GetOrder('o1'))).resolves.toBe(nodeId);
      }
    });

    it('sent to a node that is not there is refused at once, with those that are', async () => {
      const gateway = lab.member('gateway');
      await lab.start(gateway, lab.orders('one'));
      await expect(gateway.mediator.sendToNode('nine', new GetOrder('o1'))).rejects.toMatchObject({
        code: 'CATGA_NODE_NOT_FOUND',
        details: { nodeId: 'nine', present: expect.arrayContaining(['gateway', 'one']) as unknown },
      });
    });

    it('sent to a node that does not handle it is refused, and goes to no other', async () => {
      const gateway = lab.member('gateway');
      await lab.start(gateway, lab.orders('one'), lab.member('idle'));
      await expect(gateway.mediator.sendToNode('idle', new GetOrder('o1'))).rejects.toMatchObject({
        code: 'CATGA_NO_HANDLER',
      });
    });
  });
}
