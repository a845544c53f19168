import type { Verdict } from '../../report/verdict.js';
import type { Broker } from '../load/broker.js';
import type { Effort } from '../load/contender.js';

/** What a scenario found out, ready to be printed and written. */
export interface Finding {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences that belong below the table. */
  readonly remarks: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** Something to find out over a broker. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  run(broker: Broker, effort: Effort): Promise<Finding>;
}

/** A scenario with what it found out. */
export interface Result {
  readonly scenario: Scenario;
  readonly finding: Finding;
}
