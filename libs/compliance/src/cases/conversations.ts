import type { MessageContext } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { itWhere } from '../it-where.js';
import type { Lab } from '../lab.js';
import { CartViewed, GetOrder, OrderPlaced, PlaceOrder, ReserveStock } from '../messages.js';

/** Headers, origin, correlation and causation of messages. */
export function conversations(lab: Lab): void {
  const itStored = itWhere(lab.storesMessages);
  const headers = { tenant: 'blue', 'trace-id': 'a1 ü' };
  const facts = ({ messageId, correlationId, causationId, originNodeId, attempt }: MessageContext) => ({
    messageId,
    correlationId,
    causationId,
    originNodeId,
    attempt,
  });

  describe('what travels with a message', () => {
    it('are its headers, however it is sent', async () => {
      const seen: Record<string, unknown> = {};
      const node = await lab.run(
        lab
          .node()
          .handleRequest(GetOrder, (_query, context) => void (seen.send = context.headers))
          .handleEvent(CartViewed, (_event, context) => void (seen.plain = context.headers)),
      );
      await node.mediator.send(new GetOrder('o1'), { headers });
      await node.mediator.publish(new CartViewed('c1'), { headers });
      await lab.until(() => Object.keys(seen).length === 2);
      expect(seen).toEqual({ send: headers, plain: headers });
    });

    itStored('are its headers, also when it is stored first', async () => {
      const seen: Record<string, unknown> = {};
      const node = await lab.run(
        lab
          .node()
          .handleRequest(ReserveStock, (_command, context) => void (seen.enqueue = context.headers))
          .handleEvent(OrderPlaced, (_event, context) => void (seen.reliable = context.headers)),
      );
      await node.mediator.enqueue(new ReserveStock('tea'), { headers });
      await node.mediator.publish(new OrderPlaced('o1'), { headers });
      await lab.until(() => Object.keys(seen).length === 2);
      expect(seen).toEqual({ enqueue: headers, reliable: headers });
    });

    itStored('is where it came from, and that it began the conversation', async () => {
      let context: MessageContext | undefined;
      const node = await lab.run(
        lab.node({ nodeId: 'sender' }).handleEvent(OrderPlaced, (_event, given) => void (context = given)),
      );
      await node.mediator.publish(new OrderPlaced('o1'), { messageId: 'first' });
      await lab.until(() => context !== undefined);
      expect(facts(context!)).toEqual({
        messageId: 'first',
        correlationId: 'first',
        causationId: undefined,
        originNodeId: 'sender',
        attempt: 1,
      });
    });

    it('is the conversation and the cause, for what a handler sends and publishes through its context', async () => {
      const contexts = new Map<string, MessageContext>();
      const node = lab
        .node()
        .handleRequest(PlaceOrder, async (_command, context) => {
          await context.send(new ReserveStock('tea'));
          await context.publish(new CartViewed('c1'));
          if (lab.storesMessages) await context.publish(new OrderPlaced('o1'));
          return { orderId: 'o1' };
        })
        .handleRequest(ReserveStock, (_command, context) => void contexts.set('sent', context))
        .handleEvent(CartViewed, (_event, context) => void contexts.set('plain', context))
        .handleRequest(GetOrder, (_query, context) => String(contexts.set('of the event', context).size));
      if (lab.storesMessages) {
        node.handleEvent(OrderPlaced, async (_event, context) => {
          contexts.set('reliable', context);
          await context.send(new GetOrder('o1'));
        });
      }
      await lab.run(node);
      const expected = lab.storesMessages ? 4 : 2;
      await node.mediator.send(new PlaceOrder('c1'), { messageId: 'order-1' });
      await lab.until(() => contexts.size === expected);
      for (const [name, context] of contexts) {
        expect(context.correlationId).toBe('order-1');
        expect(context.causationId).toBe(
          name === 'of the event' ? contexts.get('reliable')!.messageId : 'order-1',
        );
      }
      expect(new Set([...contexts.values()].map(({ messageId }) => messageId)).size).toBe(expected);
    });

    itStored('is its id, which every attempt and every handler sees alike', async () => {
      const ids: string[] = [];
      const node = await lab.run(
        lab
          .node()
          .handleEvent(
            OrderPlaced,
            (_event, context) => {
              ids.push(context.messageId);
              if (context.attempt < 3) throw new Error('again');
            },
            { name: 'Stubborn' },
          )
          .handleEvent(OrderPlaced, (_event, context) => void ids.push(context.messageId), { name: 'Easy' }),
      );
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.until(() => ids.length === 4);
      expect(new Set(ids).size).toBe(1);
    });
  });
}
