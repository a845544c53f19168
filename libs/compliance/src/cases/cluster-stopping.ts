import type { CatgaResult } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { Gate } from '../lab.js';
import { PlaceOrder } from '../messages.js';

const CALLERS = 5;

/** Graceful shutdown of nodes under load. */
export function clusterStopping(lab: ClusterLab): void {
  const shutdown = { drainTimeoutMs: 100 * lab.unitMs };

  describe('a node of a cluster that stops', () => {
    it.each([['with'], ['without']])(
      'answers what it works on, which runs once, %s another node',
      async (another) => {
        const gate = new Gate();
        const ran: string[] = [];
        const orders = (nodeId: string) =>
          lab.member(nodeId, { shutdown }).handleRequest(PlaceOrder, async () => {
            ran.push(nodeId);
            await gate.opened;
            return { orderId: nodeId };
          });
        const gateway = lab.member('gateway');
        const one = orders('one');
        await lab.start(gateway, one);
        const sent = gateway.mediator.send(new PlaceOrder('c1'));
        await lab.until(() => ran.length === 1);
        if (another === 'with') await lab.start(orders('two'));
        const stopped = one.stop();
        await lab.until(() => !lab.sees(gateway, 'one'));
        await lab.pass(10); // The request is retransmitted meanwhile; the replies say that it is running.
        gate.open();
        await expect(lab.whileTimePasses(sent)).resolves.toEqual({ orderId: 'one' });
        await lab.whileTimePasses(stopped);
        expect(ran).toEqual(['one']);
      },
    );

    it('takes no new requests, which go to other nodes', async () => {
      const gate = new Gate();
      let began = 0;
      const gateway = lab.member('gateway', { routing: 'round-robin' });
      const one = lab.member('one', { shutdown }).handleRequest(PlaceOrder, async () => {
        began++;
        await gate.opened;
        return { orderId: 'one' };
      });
      await lab.start(gateway, one, lab.orders('two'));
      const kept = gateway.mediator.sendToNode('one', new PlaceOrder('c1'));
      await lab.until(() => began === 1);
      const stopping = one.stop();
      const sent = Promise.all([1, 2, 3, 4].map(() => gateway.mediator.send(new PlaceOrder('c2'))));
      const elsewhere = [1, 2, 3, 4].map(() => ({ orderId: 'two' }));
      await expect(lab.whileTimePasses(sent)).resolves.toEqual(elsewhere);
      gate.open();
      await expect(lab.whileTimePasses(kept)).resolves.toEqual({ orderId: 'one' });
      await lab.whileTimePasses(stopping);
    });

    it('in a rolling restart under load makes no request fail or run twice', async () => {
      const ran = new Map<string, number>();
      // Whoever is busy is not suspected: what fails over because a node is lost may run twice at QoS 1.
      const heartbeat = lab.slowHeartbeat;
      const gateway = lab.member('gateway', { routing: 'round-robin', heartbeat });
      const orders = (nodeId: string) =>
        lab.member(nodeId, { shutdown, heartbeat }).handleRequest(PlaceOrder, async (command) => {
          const { customerId } = command as PlaceOrder;
          ran.set(customerId, (ran.get(customerId) ?? 0) + 1);
          await new Promise<void>((resolve) => void lab.clock.setTimer(lab.unitMs / 5, resolve));
          return { orderId: customerId };
        });
      const nodes = ['one', 'two', 'three'].map(orders);
      await lab.start(gateway, ...nodes);
      const load = { isOn: true };
      const failures: CatgaResult<unknown>[] = [];
      const callers = Array.from({ length: CALLERS }, async (_, caller) => {
        for (let sent = 0; load.isOn; sent++) {
          const result = await gateway.mediator.trySend(new PlaceOrder(`${caller}-${sent}`));
          if (!result.ok) failures.push(result);
        }
      });
      for (const node of nodes) {
        const before = ran.size;
        await lab.until(() => ran.size > before + 2 * CALLERS);
        await lab.whileTimePasses(node.stop());
        await lab.start(orders(node.options.nodeId));
      }
      load.isOn = false;
      await lab.whileTimePasses(Promise.all(callers));
      expect(failures).toEqual([]);
      expect([...ran.values()].filter((runs) => runs !== 1)).toEqual([]);
      expect(gateway.mediator.self.load.unanswered).toBe(0);
    });
  });
}
