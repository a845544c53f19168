import type { RoutingStrategy } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { Gate } from '../lab.js';
import { GetOrder } from '../messages.js';

/** Routing strategies. */
export function clusterRouting(lab: ClusterLab): void {
  describe('the routing of requests', () => {
    it('local-first uses this node if it handles the request, and other nodes if not', async () => {
      const home = lab.orders('home', { routing: 'local-first' });
      const away = lab.member('away');
      await lab.start(home, away, lab.orders('other'));
      for (let sent = 0; sent < 5; sent++) {
        await expect(home.mediator.send(new GetOrder('o1'))).resolves.toBe('home');
      }
      await expect(away.mediator.send(new GetOrder('o1'))).resolves.toMatch(/home|other/);
    });

    it('round-robin takes each node in turn, this one among them', async () => {
      const one = lab.orders('one', { routing: 'round-robin' });
      await lab.start(one, lab.orders('two'), lab.orders('three'));
      const answers: string[] = [];
      for (let sent = 0; sent < 9; sent++) answers.push(await one.mediator.send(new GetOrder('o1')));
      expect(answers.slice(0, 3).toSorted()).toEqual(['one', 'three', 'two']);
      expect(answers).toEqual([0, 1, 2].flatMap(() => answers.slice(0, 3)));
    });

    it('least-loaded avoids the node that is busy', async () => {
      const gate = new Gate();
      const ran: string[] = [];
      const gateway = lab.member('gateway', { routing: 'least-loaded' });
      const orders = (nodeId: string) =>
        lab.member(nodeId).handleRequest(GetOrder, async (query) => {
          ran.push(nodeId);
          if ((query as GetOrder).orderId === 'slow') await gate.opened;
          return nodeId;
        });
      await lab.start(gateway, orders('one'), orders('two'));
      const slow = [1, 2, 3].map(() => gateway.mediator.sendToNode('one', new GetOrder('slow')));
      await lab.until(() => ran.length === 3);
      for (let sent = 0; sent < 5; sent++) {
        await expect(gateway.mediator.send(new GetOrder('quick'))).resolves.toBe('two');
      }
      gate.open();
      await expect(lab.whileTimePasses(Promise.all(slow))).resolves.toEqual(['one', 'one', 'one']);
    });

    it('random reaches every node', async () => {
      const gateway = lab.member('gateway', { routing: 'random' });
      await lab.start(gateway, lab.orders('one'), lab.orders('two'));
      const requests = Array.from({ length: 100 }, () => new GetOrder('o1'));
      const results = await lab.whileTimePasses(gateway.mediator.sendBatch(requests));
      const answers = results.map((result) => (result.ok ? result.value : 'failed'));
      expect(new Set(answers)).toEqual(new Set(['one', 'two'])); // Fails once in 2^99 runs.
    });

    it('consistent-hash keeps a key at its node, and a node that leaves takes only its own keys away', async () => {
      const gateway = lab.member('gateway', { routing: 'consistent-hash' });
      const leaving = lab.orders('two');
      await lab.start(gateway, lab.orders('one'), leaving, lab.orders('three'));
      const keys = Array.from({ length: 60 }, (_, index) => `customer-${index}`);
      const places = async (): Promise<readonly string[]> =>
        lab.whileTimePasses(
          Promise.all(keys.map((key) => gateway.mediator.send(new GetOrder('o1'), { key }))),
        );
      const before = await places();
      expect(await places()).toEqual(before);
      expect(new Set(before)).toEqual(new Set(['one', 'two', 'three']));
      await lab.whileTimePasses(leaving.stop());
      await lab.until(() => !lab.sees(gateway, 'two'));
      const after = await places();
      expect(after).not.toContain('two');
      for (const [index, place] of before.entries()) {
        if (place !== 'two') expect(after[index]).toBe(place);
      }
    });

    it('may be a strategy of your own, which sees what the nodes say of themselves', async () => {
      const nearest: RoutingStrategy = {
        select: ({ name }, candidates) => {
          expect(name).toBe('GetOrder');
          return candidates.find(({ node }) => node.metadata.zone === 'b') ?? candidates[0]!;
        },
      };
      const gateway = lab.member('gateway', { routing: nearest });
      const zones = ['a', 'b', 'c'].map((zone) => lab.orders(`in-${zone}`, { metadata: { zone } }));
      await lab.start(gateway, ...zones);
      for (let sent = 0; sent < 3; sent++) {
        await expect(gateway.mediator.send(new GetOrder('o1'))).resolves.toBe('in-b');
      }
    });
  });
}
