import { BROKER_FAULTS } from './broker-faults.js';
import { HANDLER_FAULTS } from './handler-faults.js';
import { LANE_FAULTS } from './lane-faults.js';
import { LOAD_FAULTS } from './load-faults.js';
import { NETWORK_FAULTS } from './network-faults.js';
import { PROCESS_FAULTS } from './process-faults.js';
import type { Scenario } from './scenario.js';
import { STORM } from './storm.js';

/** In the order in which they are played: those that need a stage of their own come last. */
export const ALL_SCENARIOS: readonly Scenario[] = [
  ...HANDLER_FAULTS,
  ...PROCESS_FAULTS,
  ...NETWORK_FAULTS,
  ...LANE_FAULTS,
  ...LOAD_FAULTS,
  STORM,
  ...BROKER_FAULTS,
].toSorted((a, b) => Number(a.stage !== undefined) - Number(b.stage !== undefined));
