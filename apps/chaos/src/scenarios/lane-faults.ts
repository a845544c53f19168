import { setTimeout as pause } from 'node:timers/promises';
import { JOINER } from '../conductor/stage.js';
import { KEYS } from '../conductor/play-scenario.js';
import type { Scenario } from './scenario.js';

/** What befalls the owners of lanes. */
export const LANE_FAULTS: readonly Scenario[] = [
  {
    fault: 'node-joins',
    stage: {},
    async run({ stage, start, seconds, lanesOwnedBy }) {
      start();
      await pause(seconds * 300);
      await stage.startNode(JOINER);
      await lanesOwnedBy((nodeIds) => nodeIds.includes(JOINER));
      await pause(seconds * 500);
    },
  },
  {
    fault: 'long-handlers',
    stage: {},
    neverAborts: true,
    async run({ stage, start, seconds, rate, lanesOwnedBy }) {
      // A handler takes four seconds: of each kind and key not many in a row.
      start({ instruction: 'long' }, rate / 10);
      await pause(seconds * 300);
      await stage.startNode(JOINER);
      await lanesOwnedBy((nodeIds) => nodeIds.includes(JOINER));
      await pause(seconds * 300);
      await stage.restartNode('orders-2');
      await pause(seconds * 300);
    },
  },
  {
    fault: 'owner-paused',
    stage: { hasShortLeases: true },
    // Of each key one event is handled at a time; and the one before may have been done and not recorded yet.
    mostRepeats: 2 * KEYS,
    async run({ stage, start, seconds, rate, lanesOwnedBy }) {
      start({ instruction: 'slow' }, rate);
      await pause(seconds * 500);
      stage.node('orders-1').signal('SIGSTOP');
      await pause(Math.max(stage.leases.leaseMs, stage.broker.redeliveredAfterMs) * 1.5);
      await lanesOwnedBy((nodeIds) => !nodeIds.includes('orders-1'));
      stage.node('orders-1').signal('SIGCONT');
      await pause(seconds * 300);
    },
  },
  {
    fault: 'two-owners',
    stage: { hasShortLeases: true },
    async run({ stage, start, seconds, rate, lanesOwnedBy }) {
      // So few that lanes rest in between: where a node records what it does it keeps them.
      start({}, rate / 10);
      await pause(seconds * 300);
      const lanesOf = (nodeIds: readonly string[]): number =>
        nodeIds.filter((nodeId) => nodeId === 'orders-1').length;
      let before = 0;
      await lanesOwnedBy((nodeIds) => (before = lanesOf(nodeIds)) > 0);
      stage.node('orders-1').say('lose the directory');
      // Others take those that have rested for two leases, and it does not know.
      await lanesOwnedBy((nodeIds) => lanesOf(nodeIds) < before);
      await pause(seconds * 300);
      stage.node('orders-1').say('find the directory');
      await lanesOwnedBy((nodeIds) => nodeIds.includes('orders-1'));
      await pause(seconds * 200);
    },
  },
];
