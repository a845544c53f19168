import { setTimeout as pause } from 'node:timers/promises';
import { IMPATIENCE_MS } from '../conductor/stage.js';
import type { Scenario } from './scenario.js';

/** How long the broker stays away. */
const AWAY_MS = 700;
const LONG_AWAY_MS = 3000;
/** Longer than impatient nodes wait, shorter than a lease. */
const LONGER_THAN_NODES_WAIT_MS = 2 * IMPATIENCE_MS;
/** How long permissions are refused. */
const REFUSED_MS = 2500;

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
    fault: 'broker-away',
    stage: { hasOutbox: true },
    async run({ stage, start, seconds }) {
      // Calls that overlap have no order, if one of them goes by the outbox.
      start({ isSerial: true });
      await pause(seconds * 300);
      await stage.broker.kill();
      await pause(LONG_AWAY_MS);
      await stage.broker.start();
      await pause(seconds * 300);
    },
  },
  {
    fault: 'broker-gone-long',
    // A handler that has succeeded has no second attempt: were its success forgotten, it would be a dead letter.
    stage: { isImpatient: true, maxAttempts: 1 },
    async run({ stage, start, seconds, rate }) {
      // Some of them end while the broker is away, whenever it goes.
      start({ instruction: 'slow' }, rate / 4);
      await pause(seconds * 300);
      await stage.broker.kill();
      await pause(LONGER_THAN_NODES_WAIT_MS);
      await stage.broker.start();
      await pause(seconds * 300);
    },
  },
  {
    fault: 'stopped-meanwhile',
    stage: { isImpatient: true },
    async run({ stage, start, seconds, rate }) {
      start({ instruction: 'slow' }, rate / 4);
      await pause(seconds * 300);
      await stage.broker.kill();
      // Rejects if it does not end within its limit.
      await stage.stopNode('orders-1');
      await stage.broker.start();
      await stage.startNode('orders-1');
      await pause(seconds * 300);
    },
  },
  {
    fault: 'broker-failover',
    stage: { isReplicated: true },
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 200);
      await stage.broker.loseOne(AWAY_MS);
      await pause(seconds * 200);
      await stage.broker.loseOne(AWAY_MS);
      await pause(seconds * 300);
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
    stage: {},
    fails: 'CATGA_OVERLOADED',
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 100);
      await stage.broker.fill();
      await pause(seconds * 900);
    },
  },
  {
    fault: 'permissions-refused',
    stage: { hasPermissions: true },
    fails: 'CATGA_ENGINE_UNAVAILABLE',
    neverFails: 'CATGA_TIMEOUT',
    isLogged: /does not permit .*(Allow|ACL SETUSER)/,
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 300);
      await stage.broker.permit(false);
      await pause(REFUSED_MS);
      await stage.broker.permit(true);
      await pause(seconds * 700);
    },
  },
];
