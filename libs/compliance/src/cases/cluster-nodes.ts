import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';

/** Node discovery. */
export function clusterNodes(lab: ClusterLab): void {
  describe('a node of a cluster', () => {
    it('knows, once it has started, every node that was there before', async () => {
      await lab.start(lab.member('one'), lab.member('two'));
      const late = await lab.run(lab.member('late'));
      expect(lab.sees(late, 'one')).toBe(true);
      expect(lab.sees(late, 'two')).toBe(true);
    });

    it('is known with all that it announces: service, endpoint, metadata and what it handles', async () => {
      const witness = lab.member('witness');
      const shop = lab.orders('shop-1', {
        service: 'shop',
        endpoint: 'http://localhost:5001',
        metadata: { zone: 'a' },
      });
      await lab.start(witness, shop);
      expect(witness.mediator.nodes().find(({ nodeId }) => nodeId === 'shop-1')).toMatchObject({
        service: 'shop',
        endpoint: 'http://localhost:5001',
        metadata: { zone: 'a' },
        handles: ['PlaceOrder', 'GetOrder'],
        status: 'alive',
        incarnation: shop.mediator.self.incarnation,
      });
    });

    it('that leaves is gone at once, long before its record would expire', async () => {
      const heartbeat = lab.slowHeartbeat;
      const witness = lab.member('witness', { heartbeat });
      const leaving = lab.member('leaving', { heartbeat });
      await lab.start(witness, leaving);
      await lab.whileTimePasses(leaving.stop());
      await lab.until(() => !lab.sees(witness, 'leaving'));
    });

    it('makes ids that no other node makes', async () => {
      const nodes = ['one', 'two', 'three'].map((nodeId) => lab.member(nodeId));
      await lab.start(...nodes);
      const connections = await Promise.all(['four', 'five'].map((nodeId) => lab.connect({ nodeId })));
      const workers = [
        ...nodes.map(({ ids }) => ids.parse(ids.next()).workerId),
        ...connections.map(({ workerId }) => workerId),
      ];
      expect(new Set(workers).size).toBe(5);
    });
  });
}
