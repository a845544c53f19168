import { AsyncLocalStorage } from 'node:async_hooks';
import type { MessageContext } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { CartViewed, GetOrder, OrderPlaced, PlaceOrder, ReserveStock } from '../messages.js';

/** Message context on another node. */
export function clusterContexts(lab: ClusterLab): void {
  describe('what travels with a message to another node', () => {
    it('are its id, its headers and where it came from', async () => {
      const headers = { tenant: 'blue', 'trace-id': 'a1 ü' };
      let request: MessageContext | undefined;
      let event: MessageContext | undefined;
      const gateway = lab.member('gateway', { service: 'web' });
      const orders = lab
        .member('orders', { service: 'orders' })
        .handleRequest(GetOrder, (_query, context) => void (request = context))
        .handleEvent(CartViewed, (_event, context) => void (event = context));
      await lab.start(gateway, orders);
      await gateway.mediator.send(new GetOrder('o1'), { messageId: 'm1', headers });
      await gateway.mediator.publish(new CartViewed('c1'), { messageId: 'm2', headers });
      await lab.until(() => event !== undefined);
      const facts = { headers, originNodeId: 'gateway', causationId: undefined };
      expect(request).toMatchObject({ ...facts, messageId: 'm1', correlationId: 'm1', attempt: 1 });
      expect(event).toMatchObject({ ...facts, messageId: 'm2', correlationId: 'm2' });
    });

    it('are the trace context and no other headers of the message whose handler sent it', async () => {
      const headers = { traceparent: '00-1-2-01', tracestate: 'a=b', tenant: 'blue' };
      const trace = { traceparent: '00-1-2-01', tracestate: 'a=b' };
      const seen = new Map<string, unknown>();
      const note = (_message: object, { name, headers: got }: MessageContext): void =>
        void seen.set(name, got);
      const gateway = lab.member('gateway', { service: 'web' });
      const orders = lab
        .member('orders', { service: 'orders' })
        .handleRequest(PlaceOrder, async (_command, context) => {
          await context.send(new GetOrder('o1'));
          await context.publish(new CartViewed('c1'));
          await context.publish(new OrderPlaced('o1'));
          await context.enqueue(new ReserveStock('tea'), { headers: { traceparent: 'my own' } });
        });
      const stock = lab
        .member('stock', { service: 'stock' })
        .handleRequest(GetOrder, note)
        .handleRequest(ReserveStock, note)
        .handleEvent([CartViewed, OrderPlaced], note, { name: 'Notes' });
      await lab.start(gateway, orders, stock);
      await gateway.mediator.send(new PlaceOrder('c1'), { headers });
      await lab.until(() => seen.size === 4);
      expect(Object.fromEntries(seen)).toEqual({
        GetOrder: trace,
        CartViewed: trace,
        'orders.placed.v1': trace,
        ReserveStock: { ...trace, traceparent: 'my own' },
      });
    });

    it('is not the AsyncLocalStorage of its sender', async () => {
      const storage = new AsyncLocalStorage<string>();
      const seen: unknown[] = [];
      const note = (): void => void seen.push(storage.getStore());
      const gateway = lab.member('gateway', { service: 'web' });
      const orders = lab
        .member('orders', { service: 'orders' })
        .handleRequest(GetOrder, note)
        .handleEvent(CartViewed, note);
      await lab.start(gateway, orders);
      await storage.run('sender', async () => {
        await gateway.mediator.publish(new CartViewed('c1'));
        await gateway.mediator.send(new GetOrder('o1'));
      });
      await lab.until(() => seen.length === 2);
      expect(seen).toEqual([undefined, undefined]);
    });

    it.each([undefined, 'order-1'])(
      'is the key of its effects, the same on each node that is asked: id %s',
      async (messageId) => {
        const keys: string[] = [];
        const gateway = lab.member('gateway', {
          service: 'web',
          request: lab.soonElsewhere,
          heartbeat: lab.slowHeartbeat,
        });
        const orders = (nodeId: string) =>
          lab
            .member(nodeId, { heartbeat: lab.slowHeartbeat, idempotency: { leaseMs: 20 * lab.unitMs } })
            .handleRequest(PlaceOrder, (_command, { effectKey }) =>
              keys.push(effectKey) === 1 ? new Promise(() => {}) : { orderId: nodeId },
            );
        const nodes = [orders('one'), orders('two')];
        await lab.start(gateway, ...nodes);
        const sent = gateway.mediator.send(new PlaceOrder('c1'), { messageId });
        await lab.until(() => keys.length === 1);
        lab.crash(nodes.find(({ mediator }) => mediator.self.load.inFlight > 0)!);
        await lab.whileTimePasses(sent);
        expect(keys).toHaveLength(2);
        expect(new Set(keys).size).toBe(1);
        expect(keys[0]).toMatch(messageId === undefined ? /^PlaceOrder~~gateway\./ : /^PlaceOrder~order-1$/);
      },
    );

    it('are the conversation and the cause, from node to node', async () => {
      const contexts: MessageContext[] = [];
      const gateway = lab.member('gateway', { service: 'web' });
      const orders = lab
        .member('orders', { service: 'orders' })
        .handleRequest(PlaceOrder, async (_command, context) => {
          await context.send(new ReserveStock('tea'));
          await context.publish(new CartViewed('c1'));
          return { orderId: 'o1' };
        });
      const stock = lab
        .member('stock', { service: 'stock' })
        .handleRequest(ReserveStock, (_command, context) => void contexts.push(context))
        .handleEvent(CartViewed, (_event, context) => void contexts.push(context));
      await lab.start(gateway, orders, stock);
      await gateway.mediator.send(new PlaceOrder('c1'), { messageId: 'order-1' });
      await lab.until(() => contexts.length === 2);
      for (const context of contexts) {
        expect(context).toMatchObject({
          correlationId: 'order-1',
          causationId: 'order-1',
          originNodeId: 'orders',
        });
      }
      expect(new Set(contexts.map(({ messageId }) => messageId)).size).toBe(2);
    });
  });
}
