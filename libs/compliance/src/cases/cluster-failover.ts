import type { CatgaRequest, RoutingStrategy } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { Gate } from '../lab.js';
import { GetOrder, PlaceOrder } from '../messages.js';

/** Routing that prefers one node while it is present. */
function firstly(nodeId: string): RoutingStrategy {
  return {
    select: (_request, candidates) => candidates.find(({ node }) => node.nodeId === nodeId) ?? candidates[0]!,
  };
}

/** Failover of requests from failed nodes, but not from slow ones. */
export function clusterFailover(lab: ClusterLab): void {
  const routing = firstly('one');

  describe('a request whose first node fails it', () => {
    it.each<readonly [string, CatgaRequest<unknown>]>([
      ['command', new PlaceOrder('c1')],
      ['query', new GetOrder('o1')],
    ])('because it crashes goes to another: a %s', async (_kind, request) => {
      const ran: string[] = [];
      const gateway = lab.member('gateway', {
        request: lab.soonElsewhere,
        routing,
        heartbeat: lab.slowHeartbeat,
      });
      const orders = (nodeId: string) => {
        const handle = (): unknown => {
          ran.push(nodeId);
          return nodeId === 'one' ? new Promise(() => {}) : nodeId;
        };
        return lab
          .member(nodeId, { heartbeat: lab.slowHeartbeat })
          .handleRequest(PlaceOrder, handle)
          .handleRequest(GetOrder, handle);
      };
      const one = orders('one');
      await lab.start(gateway, one, orders('two'));
      const sent = gateway.mediator.send(request);
      await lab.until(() => ran.length === 1);
      lab.crash(one);
      // A query is not retransmitted; the next frame to its node reveals that the node is gone.
      const nudge = gateway.mediator.trySend(new PlaceOrder('c2'));
      await expect(lab.whileTimePasses(sent)).resolves.toBe('two');
      await lab.whileTimePasses(nudge);
    });

    it('because it is overloaded goes to another', async () => {
      const gate = new Gate();
      let began = 0;
      const gateway = lab.member('gateway', { request: lab.soonElsewhere, routing });
      const one = lab
        .member('one', { concurrency: { maxInFlight: 1, maxQueued: 0 } })
        .handleRequest(PlaceOrder, async () => {
          began++;
          await gate.opened;
          return { orderId: 'one' };
        });
      await lab.start(gateway, one, lab.orders('two'));
      const first = gateway.mediator.send(new PlaceOrder('c1'));
      await lab.until(() => began === 1);
      const second = gateway.mediator.send(new PlaceOrder('c2'));
      await expect(lab.whileTimePasses(second)).resolves.toEqual({ orderId: 'two' });
      gate.open();
      await expect(lab.whileTimePasses(first)).resolves.toEqual({ orderId: 'one' });
    });

    it('because it is overloaded is refused with a retryable error if no other handles it', async () => {
      const gate = new Gate();
      let began = 0;
      const gateway = lab.member('gateway');
      const one = lab
        .member('one', { concurrency: { maxInFlight: 1, maxQueued: 0 } })
        .handleRequest(PlaceOrder, async () => {
          began++;
          await gate.opened;
          return { orderId: 'one' };
        });
      await lab.start(gateway, one);
      const first = gateway.mediator.send(new PlaceOrder('c1'));
      await lab.until(() => began === 1);
      const second = gateway.mediator.trySend(new PlaceOrder('c2'));
      await expect(lab.whileTimePasses(second)).resolves.toMatchObject({
        error: { code: 'CATGA_OVERLOADED', retryable: true },
      });
      gate.open();
      await lab.whileTimePasses(first);
    });

    it('because it is paused goes to another, and its late answer has no effect', async () => {
      const gateway = lab.member('gateway', { request: lab.soonElsewhere, routing });
      const one = lab.orders('one');
      await lab.start(gateway, one, lab.orders('two'));
      lab.pause(one);
      const sent = gateway.mediator.send(new PlaceOrder('c1'));
      await expect(lab.whileTimePasses(sent)).resolves.toEqual({ orderId: 'two' });
      lab.resume(one);
      await lab.until(() => lab.sees(gateway, 'one'));
      const again = [1, 2, 3].map(() => gateway.mediator.sendToNode('one', new GetOrder('o1')));
      await expect(lab.whileTimePasses(Promise.all(again))).resolves.toEqual(['one', 'one', 'one']);
    });

    it('because it is cut off goes to another, and the first node gets requests again once it is back', async () => {
      const gateway = lab.member('gateway', { request: lab.soonElsewhere, routing });
      const one = lab.orders('one');
      await lab.start(gateway, one, lab.orders('two'));
      lab.cutOff(one);
      const sent = gateway.mediator.send(new PlaceOrder('c1'));
      await expect(lab.whileTimePasses(sent)).resolves.toEqual({ orderId: 'two' });
      lab.heal(one);
      await lab.until(async () => {
        const answer = gateway.mediator.trySend(new GetOrder('o1'), { timeoutMs: 4 * lab.unitMs });
        const result = await lab.whileTimePasses(answer);
        return result.ok && result.value === 'one';
      });
    });

    it('and that was sent to that node by id goes to no other', async () => {
      const heartbeat = lab.quickHeartbeat;
      const gateway = lab.member('gateway', { heartbeat });
      let began = 0;
      const one = lab.member('one', { heartbeat }).handleRequest(PlaceOrder, () => {
        began++;
        return new Promise(() => {});
      });
      await lab.start(gateway, one, lab.orders('two'));
      const sent = gateway.mediator.sendToNode('one', new PlaceOrder('c1'), {
        timeoutMs: 100 * lab.unitMs,
      });
      await lab.until(() => began === 1);
      lab.crash(one);
      const result = sent.then(
        () => 'answered',
        ({ code }: { readonly code: string }) => code,
      );
      await expect(lab.whileTimePasses(result)).resolves.toBe('CATGA_NODE_LOST');
    });
  });

  describe('a request whose node is slow', () => {
    it('is never run twice, and its answer comes', async () => {
      const gate = new Gate();
      let runs = 0;
      const gateway = lab.member('gateway');
      const slow = (nodeId: string) =>
        lab.member(nodeId).handleRequest(PlaceOrder, async () => {
          runs++;
          await gate.opened;
          return { orderId: nodeId };
        });
      await lab.start(gateway, slow('one'), slow('two'));
      const sent = gateway.mediator.send(new PlaceOrder('c1'));
      await lab.pass(25); // It is retransmitted after 1, 3, 7 and 15 units; the replies say that it is running.
      expect(runs).toBe(1);
      gate.open();
      await expect(lab.whileTimePasses(sent)).resolves.toMatchObject({ orderId: /one|two/ });
      expect(runs).toBe(1);
    });
  });
}
