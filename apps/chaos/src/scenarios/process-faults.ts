import { setTimeout as pause } from 'node:timers/promises';
import { NODE_IDS } from '../conductor/stage.js';
import type { Scenario } from './scenario.js';

export const PROCESS_FAULTS: readonly Scenario[] = [
  {
    fault: 'caller-killed',
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 500);
      await stage.killCaller();
      start();
      await pause(seconds * 500);
    },
  },
  {
    fault: 'paused',
    stage: { hasShortLeases: true },
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 300);
      stage.node('orders-1').signal('SIGSTOP');
      await pause(Math.max(stage.leases.leaseMs, stage.broker.redeliveredAfterMs) * 1.5);
      stage.node('orders-1').signal('SIGCONT');
      await pause(seconds * 300);
    },
  },
  {
    fault: 'rolling-restart',
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 200);
      for (const nodeId of NODE_IDS) await stage.restartNode(nodeId);
      await pause(seconds * 200);
    },
  },
  {
    fault: 'clock-back',
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 300);
      stage.node('orders-1').say('step back');
      await pause(seconds * 700);
    },
  },
];
