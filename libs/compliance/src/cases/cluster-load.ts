import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { Gate } from '../lab.js';
import { PlaceOrder, ReserveStock } from '../messages.js';

/** Load reported by nodes. */
export function clusterLoad(lab: ClusterLab): void {
  describe('the load of a node', () => {
    it('is what it handles, what waits and what it handled, as of its last heartbeat', async () => {
      const gate = new Gate();
      const gateway = lab.member('gateway', { heartbeat: lab.quickHeartbeat });
      const busy = lab
        .member('busy', { heartbeat: lab.quickHeartbeat, concurrency: { maxInFlight: 2, maxQueued: 10 } })
        .handleRequest(ReserveStock, () => {})
        .handleRequest(PlaceOrder, async () => gate.opened);
      await lab.start(gateway, busy);
      await gateway.mediator.send(new ReserveStock('tea'));
      const sent = ['c1', 'c2', 'c3'].map((id) => gateway.mediator.trySend(new PlaceOrder(id)));
      const loadOf = (nodeId: string) =>
        gateway.mediator.nodes().find((node) => node.nodeId === nodeId)?.load;
      await lab.until(() => loadOf('busy')?.inFlight === 2);
      expect(loadOf('busy')).toMatchObject({ inFlight: 2, queued: 1, handled: 1 });
      expect(gateway.mediator.self.load.unanswered).toBe(3);
      gate.open();
      await lab.whileTimePasses(Promise.all(sent));
      await lab.until(() => loadOf('busy')?.handled === 4);
      expect(loadOf('busy')).toMatchObject({ inFlight: 0, queued: 0 });
      expect(gateway.mediator.self.load.unanswered).toBe(0);
    });
  });
}
