import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from './scenario.js';

/** How long the broker stays away. */
const AWAY_MS = 700;

/** Some two hundred messages. */
const NARROW_STREAM_BYTES = 64 * 1024;

export const BROKER_FAULTS: readonly Scenario[] = [
  {
    fault: 'broker-restart',
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 300);
      await stage.broker.kill();
      await pause(AWAY_MS);
      await stage.broker.start();
      await pause(seconds * 700);
    },
  },
  {
    fault: 'broker-emptied',
    stage: {},
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 300);
      await stage.broker.kill();
      stage.broker.empty();
      await pause(AWAY_MS);
      await stage.broker.start();
      await pause(seconds * 700);
    },
  },
  {
    fault: 'broker-full',
    stage: { maxStreamBytes: NARROW_STREAM_BYTES },
    async run({ start, seconds }) {
      start();
      await pause(seconds * 1000);
    },
  },
];
