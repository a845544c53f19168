import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { GetOrder, PlaceOrder, Refund, Unheard } from '../messages.js';

/** Requests and their results. */
export function requests(lab: Lab): void {
  describe('requests', () => {
    it('resolve with what the handler returned', async () => {
      const node = await lab.run(
        lab
          .node()
          .handleRequest(PlaceOrder, (command) => ({ orderId: `for-${(command as PlaceOrder).customerId}` }))
          .handleRequest(GetOrder, async (query) => `order ${(query as GetOrder).orderId}`),
      );
      await expect(node.mediator.send(new PlaceOrder('c1'))).resolves.toEqual({ orderId: 'for-c1' });
      await expect(node.mediator.send(new GetOrder('o1'))).resolves.toBe('order o1');
    });

    it('reject with the name, message and code of what the handler threw', async () => {
      const outOfStock = Object.assign(new Error('no tea left'), { name: 'OutOfStock', code: 'STOCK' });
      const node = await lab.run(
        lab.node().handleRequest(PlaceOrder, () => {
          throw outOfStock;
        }),
      );
      await expect(node.mediator.send(new PlaceOrder('c1'))).rejects.toMatchObject({
        name: 'OutOfStock',
        message: 'no tea left',
        code: 'STOCK',
      });
    });

    it('that nobody handles are refused at once', async () => {
      const node = await lab.run(lab.node());
      // Whoever waited for the deadline would wait longer than a test may take.
      const sent = node.mediator.send(new Unheard(), { timeoutMs: 3_600_000 });
      await expect(sent).rejects.toMatchObject({ code: 'CATGA_NO_HANDLER', retryable: false });
    });

    it('that fail validation are refused with the fields, before the handler', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleRequest(Refund, () => String(++runs)));
      await expect(node.mediator.send(new Refund(-1))).rejects.toMatchObject({
        code: 'CATGA_VALIDATION_FAILED',
        details: { issues: [{ path: 'total', message: 'must not be negative' }] },
      });
      expect(runs).toBe(0);
    });

    it('in a batch keep their order, and one failure does not spoil the rest', async () => {
      const node = await lab.run(
        lab.node().handleRequest(GetOrder, async (query) => {
          const { orderId } = query as GetOrder;
          if (orderId === 'o2') throw new Error('unknown order');
          return orderId;
        }),
      );
      const results = await node.mediator.sendBatch(['o1', 'o2', 'o3'].map((id) => new GetOrder(id)));
      expect(results).toEqual([
        { ok: true, value: 'o1' },
        { ok: false, error: expect.objectContaining({ message: 'unknown order' }) as unknown },
        { ok: true, value: 'o3' },
      ]);
    });

    it('go to the node they are sent to, or nowhere', async () => {
      const node = await lab.run(lab.node({ nodeId: 'here' }).handleRequest(GetOrder, () => 'found'));
      await expect(node.mediator.sendToNode('here', new GetOrder('o1'))).resolves.toBe('found');
      await expect(node.mediator.sendToNode('elsewhere', new GetOrder('o1'))).rejects.toMatchObject({
        code: 'CATGA_NODE_NOT_FOUND',
      });
    });
  });
}
