import { setTimeout as pause } from 'node:timers/promises';
import { JOINER, NODE_IDS } from '../conductor/stage.js';
import type { NodeId, Stage } from '../conductor/stage.js';
import type { Scenario } from './scenario.js';

/** A fault that ends by itself, of about this many milliseconds. */
type Gust = (stage: Stage, nodeId: NodeId, lengthMs: number) => Promise<void>;

export const LONGEST_GUST_MS = 5000;
export const LONGEST_CALM_MS = 3000;

/** What befalls a node, or the broker, by what it is called. */
export const GUSTS: Readonly<Record<string, Gust>> = {
  'node killed': (stage, nodeId) => stage.node(nodeId).kill(),
  'node restarted': (stage, nodeId) => stage.restartNode(nodeId),
  'node joined and left': async (stage, _nodeId, lengthMs) => {
    await stage.startNode(JOINER);
    await pause(lengthMs);
    await stage.stopNode(JOINER);
  },
  'node paused': async (stage, nodeId, lengthMs) => {
    const node = stage.node(nodeId);
    node.signal('SIGSTOP');
    await pause(lengthMs);
    node.signal('SIGCONT');
  },
  'node cut off': async (stage, nodeId, lengthMs) => {
    stage.link(nodeId).cut();
    await pause(lengthMs);
    stage.link(nodeId).open();
  },
  'node stalled one way': async (stage, nodeId, lengthMs) => {
    stage.link(nodeId).stall([lengthMs % 2 < 1 ? 'up' : 'down']);
    await pause(lengthMs);
    stage.link(nodeId).resume();
  },
  'broker killed': async (stage, _nodeId, lengthMs) => {
    await stage.broker.kill();
    await pause(lengthMs / 4);
    await stage.broker.start();
  },
  'broker paused': async ({ broker }, _nodeId, lengthMs) => {
    broker.pause();
    await pause(lengthMs);
    broker.resume();
  },
  'broker cut off from all': async (stage, _nodeId, lengthMs) => {
    for (const nodeId of NODE_IDS) stage.link(nodeId).cut();
    await pause(lengthMs);
    for (const nodeId of NODE_IDS) stage.link(nodeId).open();
  },
};

/** Steady load and one fault after the other, which and where and how long left to the seed. */
export const STORM: Scenario = {
  fault: 'storm',
  stage: { hasShortLeases: true },
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
      await pick(Object.values(GUSTS))(stage, pick(NODE_IDS), random.next() * LONGEST_GUST_MS);
    }
  },
};
