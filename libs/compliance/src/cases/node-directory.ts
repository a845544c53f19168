import type { NodeInfo } from '@catga/core';
import type { NodeDirectory } from '@catga/core/engine';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';

/** Node directory port. Records of the raw connection expire after ten units without a refresh. */
export function nodeDirectory(lab: Lab): void {
  const node = (nodeId: string, handled = 0, incarnation = 1): NodeInfo => ({
    nodeId,
    service: 'shop',
    endpoint: 'http://localhost:5001',
    incarnation,
    subscribes: [],
    subscribesAsNode: [],
    handles: ['orders.place.v1'],
    load: { inFlight: 1, queued: 2, unanswered: 0, handled },
    protocolVersion: 1,
    serializer: 'json',
    metadata: { zone: 'a' },
    status: 'alive',
  });

  describe('the node directory', () => {
    let directory: NodeDirectory;
    let told: string[];
    let present: NodeInfo[];
    const listener = {
      present: (info: NodeInfo): void => {
        present.push(info);
        told.push(`${info.nodeId} present ${info.load.handled}`);
      },
      left: (nodeId: string): void => void told.push(`${nodeId} left`),
    };

    /** Refreshes a record until its watcher has reported it, since it may expire on a slow machine. */
    const untilTold = (line: string, refresh: () => Promise<void>): Promise<void> =>
      lab.until(async () => {
        await refresh();
        return told.includes(line);
      });

    beforeEach(async () => {
      directory = (await lab.connect()).directory;
      told = [];
      present = [];
    });

    it('tells a watcher of a node, with all that it announced', async () => {
      await directory.watch(listener);
      const other = (await lab.connect({ nodeId: 'other' })).directory;
      await other.announce(node('n1'));
      await lab.until(() => present.length > 0);
      expect(present).toEqual([node('n1')]);
    });

    it('tells a late watcher of the nodes that are there, and not of those that were', async () => {
      await directory.announce(node('n1'));
      await directory.announce(node('n2'));
      await directory.withdraw(node('n1'));
      await directory.watch(listener);
      await lab.until(() => told.length > 0);
      await lab.pass(1);
      expect(told).toEqual(['n2 present 0']);
    });

    it('tells of the load a refresh brings', async () => {
      await directory.watch(listener);
      await directory.announce(node('n1', 0));
      await directory.refresh(node('n1', 7));
      await lab.until(() => told.includes('n1 present 7'));
    });

    it('tells of a goodbye once', async () => {
      await directory.watch(listener);
      await directory.announce(node('n1'));
      await directory.withdraw(node('n1'));
      await directory.withdraw(node('n1'));
      await lab.until(() => told.includes('n1 left'));
      await lab.pass(12);
      expect(told).toEqual(['n1 present 0', 'n1 left']);
    });

    it('tells once that a node left which missed its heartbeats, and keeps one that does not', async () => {
      await directory.watch(listener);
      await directory.announce(node('silent'));
      await directory.announce(node('beating'));
      for (let beats = 0; beats < 6; beats++) {
        await lab.pass(2);
        await directory.refresh(node('beating'));
      }
      await lab.until(() => told.includes('silent left'));
      expect(told.filter((line) => line === 'silent left')).toHaveLength(1);
      expect(told).not.toContain('beating left');
    });

    it('tells of a node again whose record expired, once it sends heartbeats again', async () => {
      await directory.watch(listener);
      await directory.announce(node('n1'));
      await lab.until(() => told.includes('n1 left'));
      await directory.refresh(node('n1', 5));
      await lab.until(() => told.includes('n1 present 5'));
    });

    it('keeps the record of the latest start when an earlier one wakes up', async () => {
      const earlier = (await lab.connect({ nodeId: 'earlier' })).directory;
      await earlier.announce(node('n1', 0, 1));
      await directory.announce(node('n1', 0, 2));
      await expect(earlier.refresh(node('n1', 9, 1))).rejects.toMatchObject({
        code: 'CATGA_CONFIGURATION',
        details: { nodeId: 'n1', incarnation: 1, taken: 2 },
      });
      await earlier.withdraw(node('n1', 0, 1));
      await (await lab.connect({ nodeId: 'late' })).directory.watch(listener);
      await untilTold('n1 present 3', () => directory.refresh(node('n1', 3, 2)));
      expect(new Set(present.map(({ incarnation }) => incarnation))).toEqual(new Set([2]));
    });

    it('accepts an earlier start again once the later one is gone', async () => {
      const earlier = (await lab.connect({ nodeId: 'earlier' })).directory;
      await earlier.announce(node('n1', 0, 1));
      await directory.announce(node('n1', 0, 2));
      await directory.withdraw(node('n1', 0, 2));
      await (await lab.connect({ nodeId: 'late' })).directory.watch(listener);
      await untilTold('n1 present 4', () => earlier.refresh(node('n1', 4, 1)));
    });

    it('tells nothing to a watcher that stopped', async () => {
      const stopWatching = await directory.watch(listener);
      stopWatching();
      await directory.announce(node('n1'));
      await lab.pass(2);
      expect(told).toEqual([]);
    });
  });
}
