import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from './scenario.js';

/** A node with these bounds handles seven messages a second of those that take 600 ms. */
const NARROW = { maxInFlight: 4, maxQueued: 8 } as const;

export const LOAD_FAULTS: readonly Scenario[] = [
  {
    fault: 'sent-twice',
    async run({ start, seconds }) {
      start({ isTwice: true });
      await pause(seconds * 700);
    },
  },
  {
    fault: 'slow-consumer',
    async run({ start, seconds, rate }) {
      // The lanes of the keys of one handler take thirteen a second of them, whatever the nodes.
      start({ instruction: 'slow' }, 3 * rate);
      await pause(seconds * 500);
    },
  },
  {
    fault: 'overload',
    stage: { concurrency: NARROW },
    async run({ start, seconds, rate }) {
      start({ instruction: 'slow' }, rate);
      await pause(seconds * 500);
    },
  },
];
