import { describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { GetOrder, PlaceOrder } from '../messages.js';

/** The mediator's view of the nodes. */
export function nodes(lab: Lab): void {
  describe('the nodes', () => {
    it('include this one, with what it said of itself and the requests it handles', async () => {
      const metadata = { zone: 'a' };
      const node = await lab.run(
        lab
          .node({ service: 'shop', nodeId: 'shop-1', endpoint: 'http://localhost:5001', metadata })
          .handleRequest(PlaceOrder, () => ({ orderId: 'o1' }))
          .handleRequest(GetOrder, () => ''),
      );
      const self = {
        nodeId: 'shop-1',
        service: 'shop',
        endpoint: 'http://localhost:5001',
        metadata,
        handles: ['PlaceOrder', 'GetOrder'],
        status: 'alive',
        load: { inFlight: 0, queued: 0, handled: 0 },
      };
      expect(node.mediator.self).toMatchObject(self);
      await lab.until(() => node.mediator.nodes().length === 1);
      expect(node.mediator.nodes()).toMatchObject([self]);
    });

    it('are known to all, late joiners included, until they say goodbye', async () => {
      const one = await lab.run(lab.node({ nodeId: 'one' }));
      const other = await lab.run(lab.node({ nodeId: 'other' }));
      const known = ({ mediator }: typeof one): string =>
        mediator
          .nodes()
          .map(({ nodeId }) => nodeId)
          .toSorted()
          .join();
      await lab.until(() => known(one) === 'one,other' && known(other) === 'one,other');
      await lab.whileTimePasses(other.stop());
      await lab.until(() => known(one) === 'one');
    });

    it('report their load in heartbeats', async () => {
      const heartbeat = { intervalMs: 4 * lab.unitMs, timeoutMs: 30 * lab.unitMs };
      const witness = await lab.run(lab.node({ nodeId: 'witness', heartbeat }));
      const busy = lab.node({ nodeId: 'busy', heartbeat }).handleRequest(GetOrder, () => '');
      const node = await lab.run(busy);
      await node.mediator.sendToNode('busy', new GetOrder('o1'));
      await node.mediator.sendToNode('busy', new GetOrder('o2'));
      await node.beat();
      const loadOf = (nodeId: string): number | undefined =>
        witness.mediator.nodes().find((seen) => seen.nodeId === nodeId)?.load.handled;
      await lab.until(() => loadOf('busy') === 2);
    });

    it('that miss their heartbeats are gone, and a restarted one is a new one', async () => {
      const heartbeat = { intervalMs: 2 * lab.unitMs, timeoutMs: 4 * lab.unitMs };
      const witness = await lab.run(lab.node({ nodeId: 'witness', heartbeat }));
      const changes: string[] = [];
      const first = await lab.run(lab.node({ nodeId: 'fragile', heartbeat }));
      const { incarnation } = first.mediator.self;
      const watch = witness.mediator.watchNodes()[Symbol.asyncIterator]();
      const reading = (async () => {
        for (;;) {
          const next = await watch.next();
          if (next.done === true) return;
          const { type, node } = next.value;
          // `suspected` is optional: it depends on how often the engine runs the registry's checks.
          if (node.nodeId === 'fragile' && type !== 'suspected') changes.push(type);
        }
      })();
      await lab.until(async () => {
        await witness.beat();
        return changes.includes('left');
      });
      await lab.whileTimePasses(first.stop());
      const second = await lab.run(lab.node({ nodeId: 'fragile', heartbeat }));
      await lab.until(() => changes.length === 3);
      expect(changes).toEqual(['joined', 'left', 'joined']);
      expect(second.mediator.self.incarnation).toBeGreaterThan(incarnation);
      await watch.return?.();
      await reading;
    });
  });
}
