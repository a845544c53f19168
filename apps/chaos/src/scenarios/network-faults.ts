import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from '../conductor/stage.js';
import type { Scenario } from './scenario.js';

/** Shorter than a lease: what a longer one may do is what a pause may do. */
const cutMs = ({ leases }: Stage): number => leases.leaseMs / 2;

export const NETWORK_FAULTS: readonly Scenario[] = [
  {
    fault: 'cut',
    async run({ stage, start, seconds }) {
      start();
      await pause(seconds * 300);
      stage.link('orders-1').cut();
      await pause(cutMs(stage));
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
      await pause(cutMs(stage));
      stage.link('orders-1').resume();
      await pause(seconds * 200);
      stage.link('orders-2').stall(['up']);
      await pause(cutMs(stage));
      stage.link('orders-2').resume();
      await pause(seconds * 300);
    },
  },
];
