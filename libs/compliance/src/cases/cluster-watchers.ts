import { describe, expect, it } from '@jest/globals';
import { turns } from '../cluster-lab.js';
import type { ClusterLab } from '../cluster-lab.js';

/** `watchNodes()`. */
export function clusterWatchers(lab: ClusterLab): void {
  const heartbeat = lab.quickHeartbeat;

  describe('whoever watches the nodes of a cluster', () => {
    it('is told first of those who are there', async () => {
      const witness = lab.member('witness');
      await lab.start(witness, lab.member('one'));
      const watch = witness.mediator.watchNodes()[Symbol.asyncIterator]();
      const first = [await watch.next(), await watch.next()];
      expect(first.map(({ value }) => value?.type)).toEqual(['joined', 'joined']);
      expect(first.map(({ value }) => String(value?.node.nodeId)).toSorted()).toEqual(['one', 'witness']);
    });

    it('is told that a node joined, that it beats, and that it left, in this order', async () => {
      const witness = lab.member('witness', { heartbeat });
      await lab.start(witness);
      const changes = lab.watch(witness, 'one');
      const one = lab.member('one', { heartbeat });
      await lab.start(one);
      await lab.until(() => changes.some(({ type }) => type === 'updated'));
      await lab.whileTimePasses(one.stop());
      await lab.until(() => changes.at(-1)?.type === 'left');
      expect(changes[0]?.type).toBe('joined');
      expect(changes.slice(1, -1).map(({ type }) => type)).toEqual(changes.slice(1, -1).map(() => 'updated'));
    });

    it('is told that a node which crashed is suspected, before it left', async () => {
      const witness = lab.member('witness', { heartbeat });
      const one = lab.member('one', { heartbeat });
      await lab.start(witness, one);
      const changes = lab.watch(witness, 'one');
      lab.crash(one);
      await lab.until(() => changes.at(-1)?.type === 'left');
      expect(turns(changes)).toEqual(['joined', 'suspected', 'left']);
    });

    it('is told that a paused node is back, and that it is the same one', async () => {
      const witness = lab.member('witness', { heartbeat });
      const one = lab.member('one', { heartbeat });
      await lab.start(witness, one);
      const changes = lab.watch(witness, 'one');
      lab.pause(one);
      await lab.until(() => changes.at(-1)?.type === 'left');
      lab.resume(one);
      await lab.until(() => turns(changes).at(-1) === 'joined');
      expect(turns(changes)).toEqual(['joined', 'suspected', 'left', 'joined']);
      expect(new Set(changes.map(({ node }) => node.incarnation)).size).toBe(1);
    });

    it('has a stream of its own, which another reader takes nothing from', async () => {
      const witness = lab.member('witness');
      await lab.start(witness);
      const readers = [lab.watch(witness, 'one'), lab.watch(witness, 'one')];
      const one = lab.member('one', { heartbeat: lab.slowHeartbeat });
      await lab.start(one);
      await lab.whileTimePasses(one.stop());
      await lab.until(() => readers.every((changes) => changes.at(-1)?.type === 'left'));
      expect(readers.map(turns)).toEqual([
        ['joined', 'left'],
        ['joined', 'left'],
      ]);
    });

    it('and reads late gets the latest state, once for each node, and not every heartbeat', async () => {
      const witness = lab.member('witness', { heartbeat });
      const one = lab.orders('one', { heartbeat });
      await lab.start(witness, one);
      const late = witness.mediator.watchNodes()[Symbol.asyncIterator]();
      const prompt = lab.watch(witness, 'one');
      for (let beats = 1; beats <= 5; beats++) {
        await one.beat();
        await lab.until(() => prompt.length > beats);
      }
      const unread = [await late.next(), await late.next()];
      expect(unread.map(({ value }) => String(value?.node.nodeId)).toSorted()).toEqual(['one', 'witness']);
      await late.return?.();
    });
  });
}
