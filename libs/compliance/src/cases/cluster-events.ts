import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { CartViewed } from '../messages.js';

/** Plain events (QoS 0) across nodes. */
export function clusterEvents(lab: ClusterLab): void {
  function listeners(seen: string[]) {
    return (nodeId: string, service: string, scope: 'service' | 'node' = 'service') =>
      lab
        .member(nodeId, { service })
        .handleEvent(CartViewed, (event) => void seen.push(`${nodeId} ${(event as CartViewed).customerId}`), {
          scope,
        });
  }

  describe('a plain event in a cluster', () => {
    it('reaches one node of each service, and every node that asks for it as a node', async () => {
      const seen: string[] = [];
      const listener = listeners(seen);
      const publisher = lab.member('publisher', { service: 'web' });
      await lab.start(
        publisher,
        listener('mail-1', 'mail'),
        listener('mail-2', 'mail'),
        listener('stats-1', 'stats'),
        listener('cache-1', 'web', 'node'),
        listener('cache-2', 'web', 'node'),
      );
      await publisher.mediator.publish(new CartViewed('c1'));
      await publisher.mediator.publish(new CartViewed('c2'));
      await lab.until(() => seen.length >= 8);
      await lab.pass(2);
      expect(seen.filter((line) => line.startsWith('mail'))).toHaveLength(2);
      expect(seen.filter((line) => !line.startsWith('mail')).toSorted()).toEqual([
        'cache-1 c1',
        'cache-1 c2',
        'cache-2 c1',
        'cache-2 c2',
        'stats-1 c1',
        'stats-1 c2',
      ]);
    });

    it('is handled by the publishing node if its service handles it, and by no other node of that service', async () => {
      const seen: string[] = [];
      const listener = listeners(seen);
      const publisher = listener('mail-1', 'mail');
      await lab.start(publisher, listener('mail-2', 'mail'), listener('stats-1', 'stats'));
      for (const id of ['c1', 'c2', 'c3']) await publisher.mediator.publish(new CartViewed(id));
      await lab.until(() => seen.length >= 6);
      await lab.pass(2);
      expect(seen.toSorted()).toEqual([
        'mail-1 c1',
        'mail-1 c2',
        'mail-1 c3',
        'stats-1 c1',
        'stats-1 c2',
        'stats-1 c3',
      ]);
    });

    it('that is broadcast reaches every node, whatever its service and scope', async () => {
      const seen: string[] = [];
      const listener = listeners(seen);
      const nodes = [
        listener('one', 'mail'),
        listener('two', 'mail'),
        listener('three', 'stats'),
        listener('four', 'stats', 'node'),
      ] as const;
      await lab.start(...nodes);
      await nodes[0].mediator.broadcast(new CartViewed('c1'));
      await lab.until(() => seen.length >= 4);
      await lab.pass(2);
      expect(seen.toSorted()).toEqual(['four c1', 'one c1', 'three c1', 'two c1']);
    });

    it('of one publisher arrives at a node in the order in which it was published', async () => {
      const seen: string[] = [];
      const publisher = lab.member('publisher', { service: 'web' });
      await lab.start(publisher, listeners(seen)('mail-1', 'mail'));
      const ids = Array.from({ length: 50 }, (_, index) => `c${index}`);
      await publisher.mediator.publishBatch(ids.map((id) => new CartViewed(id)));
      await lab.until(() => seen.length === ids.length);
      expect(seen).toEqual(ids.map((id) => `mail-1 ${id}`));
    });
  });
}
