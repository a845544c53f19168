import type { Row } from '../measure/interleaved.js';
import type { Scenario } from '../measure/contender.js';

/** A scenario with what was measured of it. */
export interface Result {
  readonly scenario: Scenario;
  readonly rows: readonly Row[];
}

/** What was found out about uniqueness of ids. */
export interface UniquenessResult {
  readonly ids: number;
  readonly seconds: number;
}

/** Everything a run found out. */
export interface Report {
  readonly results: readonly Result[];
  readonly uniqueness: UniquenessResult | undefined;
}

/** The measurements of one contender, if it took part. */
export function rowOf(report: Report, scenarioId: string, contender: string): Row | undefined {
  return report.results
    .find(({ scenario }) => scenario.id === scenarioId)
    ?.rows.find((row) => row.contender === contender);
}
