import { describe, expect, it } from '@jest/globals';
import { itWhere } from '../it-where.js';
import type { Lab } from '../lab.js';
import {
  CartViewed,
  ChargeCard,
  OrderPlaced,
  PaymentReturned,
  PaymentTaken,
  PlaceOrder,
  ReserveStock,
} from '../messages.js';

/** Effect keys, by which handlers deduplicate side effects. */
export function effectKeys(lab: Lab): void {
  const { requests, events } = lab.harness.capabilities;
  const itStored = itWhere(lab.storesMessages);

  describe('the key of an effect', () => {
    it('of a request has its name and the id that the caller gave', async () => {
      const keys: string[] = [];
      const node = await lab.run(
        lab
          .node()
          .handleRequest(PlaceOrder, (_command, { effectKey }) => ({ orderId: String(keys.push(effectKey)) }))
          .handleRequest(ReserveStock, (_command, { effectKey }) => void keys.push(effectKey)),
      );
      await node.mediator.send(new PlaceOrder('c1'), { messageId: 'o~1' });
      await node.mediator.send(new ReserveStock('tea'), { messageId: '1' });
      expect(keys).toEqual(['PlaceOrder~o%7E1', 'ReserveStock~1']);
    });

    it('of a request without an id is one that no caller can choose', async () => {
      const seen: (readonly [string, string])[] = [];
      const node = await lab.run(
        lab.node().handleRequest(ReserveStock, (_command, { effectKey, messageId }) => {
          seen.push([effectKey, messageId]);
        }),
      );
      await node.mediator.send(new ReserveStock('tea'));
      await node.mediator.send(new ReserveStock('tea'));
      await node.mediator.send(new ReserveStock('tea'), { messageId: seen[0]![1] });
      await node.mediator.send(new ReserveStock('tea'), { messageId: `~${seen[0]![1]}` });
      expect(new Set(seen.map(([key]) => key)).size).toBe(4);
    });

    itWhere(requests.includes(2))('of a request is the same when it runs again under its id', async () => {
      const keys: string[] = [];
      const node = await lab.run(
        lab.node().handleRequest(ChargeCard, (_command, { effectKey }) => {
          if (keys.push(effectKey) < 3) throw Object.assign(new Error('no connection'), { retryable: true });
        }),
      );
      for (let sent = 0; sent < 3; sent++)
        await node.mediator.trySend(new ChargeCard(1), { messageId: 'c1' });
      expect(keys).toEqual(['ChargeCard~c1', 'ChargeCard~c1', 'ChargeCard~c1']);
    });

    it('of a plain event has the service and the handler', async () => {
      const keys: string[] = [];
      const node = lab.node({ service: 'shop' });
      for (const name of ['First', 'Second']) {
        node.handleEvent(CartViewed, (_event, { effectKey }) => void keys.push(effectKey), { name });
      }
      await lab.run(node);
      await node.mediator.publish(new CartViewed('c1'), { messageId: 'v1' });
      await lab.until(() => keys.length === 2);
      expect(keys.toSorted()).toEqual(['CartViewed~v1~shop.First', 'CartViewed~v1~shop.Second']);
    });

    itStored('of a queued command has its name and its id, at each attempt', async () => {
      const keys: string[] = [];
      const node = await lab.run(
        lab.node().handleRequest(ReserveStock, (_command, { effectKey }) => {
          if (keys.push(effectKey) < 2) throw new Error('again');
        }),
      );
      await node.mediator.enqueue(new ReserveStock('tea'), { messageId: 'r1' });
      await lab.until(() => keys.length === 2);
      expect(keys).toEqual(['ReserveStock~r1', 'ReserveStock~r1']);
    });

    itStored(
      'of a reliable event is the same at each attempt, on each node and when it is tried again',
      async () => {
        const keys: string[] = [];
        let isBroken = true;
        const member = (nodeId: string) =>
          lab.node({ nodeId, service: 'shop' }).handleEvent(
            OrderPlaced,
            (_event, { effectKey }) => {
              keys.push(effectKey);
              if (isBroken) throw new Error('again');
            },
            { name: 'Mail', maxAttempts: 2 },
          );
        const first = await lab.run(member('first'));
        await first.mediator.publish(new OrderPlaced('o1'), { messageId: 'e1' });
        await lab.until(async () => (await first.deadLetters.list()).items.length === 1);
        await lab.whileTimePasses(first.stop());
        const second = await lab.run(member('second'));
        isBroken = false;
        await second.deadLetters.redrive({});
        await lab.until(() => keys.length === 3);
        expect(new Set(keys)).toEqual(new Set(['orders.placed.v1~e1~shop.Mail']));
      },
    );

    itWhere(lab.storesMessages && events.includes(2))(
      'differs for two names under one id, and for two handlers',
      async () => {
        const keys: string[] = [];
        const node = lab.node({ service: 'shop' });
        for (const name of ['First', 'Second']) {
          node.handleEvent(
            [PaymentTaken, PaymentReturned],
            (_event, { effectKey }) => void keys.push(effectKey),
            {
              name,
            },
          );
        }
        await lab.run(node);
        await node.mediator.publish(new PaymentTaken('p1'), { messageId: 'o1' });
        await node.mediator.publish(new PaymentReturned('p1'), { messageId: 'o1' });
        await lab.until(() => keys.length === 4);
        expect(new Set(keys).size).toBe(4);
      },
    );
  });
}
