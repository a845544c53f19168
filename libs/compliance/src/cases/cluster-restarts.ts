import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { turns } from '../cluster-lab.js';
import { GetOrder, PlaceOrder } from '../messages.js';

/** Restarted nodes. */
export function clusterRestarts(lab: ClusterLab): void {
  describe('a node that starts again under its id', () => {
    it('is a later incarnation, and the old one is told to have left', async () => {
      const heartbeat = lab.slowHeartbeat;
      const witness = lab.member('witness', { heartbeat });
      const first = lab.member('phoenix', { heartbeat });
      await lab.start(witness, first);
      const changes = lab.watch(witness, 'phoenix');
      lab.crash(first);
      await lab.pass(1);
      const second = lab.member('phoenix', { heartbeat });
      await lab.start(second);
      await lab.until(() => turns(changes).length === 3);
      expect(turns(changes)).toEqual(['joined', 'left', 'joined']);
      const incarnations = changes
        .filter(({ type }) => type === 'joined')
        .map(({ node }) => node.incarnation);
      expect(incarnations).toEqual([first, second].map(({ mediator }) => mediator.self.incarnation));
      expect(incarnations[1]).toBeGreaterThan(incarnations[0]!);
    });

    it('gets the requests that its predecessor did not answer', async () => {
      let began = 0;
      const gateway = lab.member('gateway');
      const first = lab.member('phoenix').handleRequest(PlaceOrder, () => {
        began++;
        return new Promise(() => {});
      });
      await lab.start(gateway, first);
      const sent = gateway.mediator.send(new PlaceOrder('c1'));
      await lab.until(() => began === 1);
      await lab.pass(1);
      lab.crash(first);
      await lab.start(lab.orders('phoenix'));
      await expect(lab.whileTimePasses(sent)).resolves.toEqual({ orderId: 'phoenix' });
    });

    it('gets new requests, though its predecessor crashed', async () => {
      const heartbeat = lab.slowHeartbeat;
      const gateway = lab.member('gateway', { heartbeat });
      const first = lab.orders('phoenix', { heartbeat });
      await lab.start(gateway, first);
      await expect(gateway.mediator.send(new GetOrder('o1'))).resolves.toBe('phoenix');
      lab.crash(first);
      await lab.pass(1);
      const second = lab.member('phoenix', { heartbeat }).handleRequest(GetOrder, () => 'risen');
      await lab.start(second);
      const sent = lab.whileTimePasses(gateway.mediator.send(new GetOrder('o1')));
      await expect(sent).resolves.toBe('risen');
    });
  });
}
