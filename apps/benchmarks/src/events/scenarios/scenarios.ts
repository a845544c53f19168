import type { Scenario } from '../../processes/report/finding.js';
import { APPENDS } from './appends.js';
import { LOADS } from './loads.js';
import { PROJECTIONS } from './projections.js';
import { READS } from './reads.js';

/** All that is measured, in the order of the report. */
export const SCENARIOS: readonly Scenario[] = [...APPENDS, LOADS, PROJECTIONS, READS];
