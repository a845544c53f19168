import type { Scenario } from '../../processes/report/finding.js';
import { DURABLE } from './durable.js';
import { EVENTS } from './events.js';
import { RECORDS } from './records.js';
import { REQUESTS } from './requests.js';

/** All that is measured, in the order of the report. */
export const SCENARIOS: readonly Scenario[] = [...REQUESTS, EVENTS, ...DURABLE, RECORDS];
