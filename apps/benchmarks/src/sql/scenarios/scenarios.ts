import type { Scenario } from '../../processes/report/finding.js';
import { DRAIN } from './drain.js';
import { HANDLED } from './handled.js';
import { INBOX } from './inbox.js';
import { TRANSACTIONS } from './transactions.js';

/** All that is measured, in the order of the report. */
export const SCENARIOS: readonly Scenario[] = [...TRANSACTIONS, HANDLED, DRAIN, INBOX];
