import type { Scenario } from '../../processes/report/finding.js';
import { BATCHES } from './batches.js';
import { DURABLE } from './durable.js';
import { EVENTS } from './events.js';
import { MORE_NODES } from './more-nodes.js';
import { OPEN_LOOP } from './open-loop.js';
import { RECORD_STEPS } from './record-steps.js';
import { REQUESTS } from './requests.js';
import { SLOW_HANDLERS } from './slow-handlers.js';
import { TELEMETRY } from './telemetry.js';

/** All that is measured, in the order of the report. */
export const SCENARIOS: readonly Scenario[] = [
  ...REQUESTS,
  SLOW_HANDLERS,
  TELEMETRY,
  BATCHES,
  EVENTS,
  ...DURABLE,
  RECORD_STEPS,
  OPEN_LOOP,
  MORE_NODES,
];
