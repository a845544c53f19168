import type { Scenario } from '../../processes/report/finding.js';
import { COST } from './cost.js';
import { STEPS } from './steps.js';

/** All that is measured, in the order of the report. */
export const SCENARIOS: readonly Scenario[] = [...STEPS, COST];
