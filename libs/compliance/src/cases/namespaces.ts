import { describe, expect, it } from '@jest/globals';
import { itWhere } from '../it-where.js';
import type { Lab } from '../lab.js';
import { CartViewed, OrderPlaced, PlaceOrder } from '../messages.js';

/** Isolation of namespaces on a shared engine. */
export function namespaces(lab: Lab): void {
  const itStored = itWhere(lab.storesMessages);
  describe('two namespaces on one engine', () => {
    it('have each their own events', async () => {
      const seen: string[] = [];
      const [blue] = await Promise.all(
        ['blue', 'green'].map((namespace) =>
          lab.run(
            lab
              .node({ namespace, nodeId: namespace })
              .handleEvent(CartViewed, () => void seen.push(`${namespace} plain`)),
          ),
        ),
      );
      await blue!.mediator.publish(new CartViewed('c1'));
      await blue!.mediator.broadcast(new CartViewed('c1'));
      await lab.until(() => seen.length >= 2);
      await lab.pass(4);
      expect(seen).toEqual(['blue plain', 'blue plain']);
    });

    itStored('have each their own stored events', async () => {
      const seen: string[] = [];
      const [blue] = await Promise.all(
        ['blue', 'green'].map((namespace) =>
          lab.run(
            lab
              .node({ namespace, nodeId: namespace })
              .handleEvent(OrderPlaced, () => void seen.push(`${namespace} reliable`)),
          ),
        ),
      );
      await blue!.mediator.publish(new OrderPlaced('o1'));
      await lab.until(() => seen.length >= 1);
      await lab.pass(4);
      expect(seen).toEqual(['blue reliable']);
    });

    it('have each their own record of ids', async () => {
      for (const namespace of ['blue', 'green']) {
        const node = await lab.run(
          lab
            .node({ namespace, nodeId: namespace })
            .handleRequest(PlaceOrder, () => ({ orderId: namespace })),
        );
        const placed = node.mediator.send(new PlaceOrder(namespace), { messageId: 'k' });
        await expect(placed).resolves.toEqual({ orderId: namespace });
      }
    });

    it('have each their own nodes', async () => {
      const [blue, green] = await Promise.all(
        ['blue', 'green'].map((namespace) => lab.run(lab.node({ namespace, nodeId: namespace }))),
      );
      await lab.until(() => blue!.mediator.nodes().length > 0 && green!.mediator.nodes().length > 0);
      expect(blue!.mediator.nodes().map(({ nodeId }) => nodeId)).toEqual(['blue']);
      expect(green!.mediator.nodes().map(({ nodeId }) => nodeId)).toEqual(['green']);
    });

    itStored('may use one message id both', async () => {
      const answers: unknown[] = [];
      for (const namespace of ['blue', 'green']) {
        const node = await lab.run(
          lab
            .node({ namespace, nodeId: namespace })
            .handleRequest(PlaceOrder, () => ({ orderId: namespace }))
            .handleEvent(OrderPlaced, () => void answers.push(`event of ${namespace}`)),
        );
        answers.push(await node.mediator.send(new PlaceOrder(namespace), { messageId: 'k' }));
        await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'm' });
        await lab.until(() => answers.includes(`event of ${namespace}`));
      }
      expect(answers).toEqual([{ orderId: 'blue' }, 'event of blue', { orderId: 'green' }, 'event of green']);
    });

    itStored('have each their own dead letters and nodes', async () => {
      const [blue, green] = await Promise.all(
        ['blue', 'green'].map((namespace) =>
          lab.run(
            lab
              .node({ namespace, nodeId: namespace, retry: { maxAttempts: 1 } })
              .handleEvent(OrderPlaced, () => {
                throw new Error('never');
              }),
          ),
        ),
      );
      await blue!.mediator.publish(new OrderPlaced('o1'));
      await lab.until(async () => (await blue!.deadLetters.list()).items.length === 1);
      await expect(green!.deadLetters.list()).resolves.toMatchObject({ items: [] });
      await lab.until(() => blue!.mediator.nodes().length > 0 && green!.mediator.nodes().length > 0);
      expect(blue!.mediator.nodes().map(({ nodeId }) => nodeId)).toEqual(['blue']);
      expect(green!.mediator.nodes().map(({ nodeId }) => nodeId)).toEqual(['green']);
    });
  });
}
