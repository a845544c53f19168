import { setTimeout as pause } from 'node:timers/promises';
import { NODE_IDS } from '../conductor/stage.js';
import type { NodeId, Stage } from '../conductor/stage.js';
import type { Scenario } from './scenario.js';

/** A fault that ends by itself, of about this many milliseconds. */
type Gust = (stage: Stage, nodeId: NodeId, lengthMs: number) => Promise<void>;

const LONGEST_GUST_MS = 5000;
const LONGEST_CALM_MS = 3000;

const GUSTS: readonly Gust[] = [
  (stage, nodeId) => stage.node(nodeId).kill(),
  (stage, nodeId) => stage.restartNode(nodeId),
  async (stage, nodeId, lengthMs) => {
    const node = stage.node(nodeId);
    node.signal('SIGSTOP');
    await pause(lengthMs);
    node.signal('SIGCONT');
  },
  async (stage, nodeId, lengthMs) => {
    stage.link(nodeId).cut();
    await pause(lengthMs);
    stage.link(nodeId).open();
  },
  async (stage, nodeId, lengthMs) => {
    stage.link(nodeId).stall([lengthMs % 2 < 1 ? 'up' : 'down']);
    await pause(lengthMs);
    stage.link(nodeId).resume();
  },
  async (stage, _nodeId, lengthMs) => {
    await stage.broker.kill();
    await pause(lengthMs / 4);
    await stage.broker.start();
  },
];

/** Steady load and one fault after the other, which and where and how long left to the seed. */
export const STORM: Scenario = {
  fault: 'storm',
  async run({ stage, start, seconds, random }) {
    const pick = <T>(values: readonly T[]): T => {
      const value = values[random.integer(0, values.length - 1)];
      if (value === undefined) throw new RangeError('There is nothing to pick from.');
      return value;
    };
    start();
    for (const endMs = performance.now() + seconds * 1000; performance.now() < endMs;) {
      await pause(random.next() * LONGEST_CALM_MS);
      await stage.everyoneIsBack();
      await pick(GUSTS)(stage, pick(NODE_IDS), random.next() * LONGEST_GUST_MS);
    }
  },
};
