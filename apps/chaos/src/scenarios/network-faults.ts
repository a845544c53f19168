import { setTimeout as pause } from 'node:timers/promises';
import { LEASE_MS } from '../node/catga-node-module.js';
import type { Scenario } from './scenario.js';

/** Shorter than a lease: what a longer one may do is what a pause may do. */
const CUT_MS = LEASE_MS / 2;

export const NETWORK_FAULTS: readonly Scenario[] = [
  {
    fault: 'cut',
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 300);
      stage.link('orders-1').cut();
      await pause(CUT_MS);
      stage.link('orders-1').open();
      await pause(seconds * 500);
    },
  },
  {
    fault: 'cut-one-way',
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 200);
      stage.link('orders-1').stall(['down']);
      await pause(CUT_MS);
      stage.link('orders-1').resume();
      await pause(seconds * 200);
      stage.link('orders-2').stall(['up']);
      await pause(CUT_MS);
      stage.link('orders-2').resume();
      await pause(seconds * 300);
    },
  },
];
