import Table from 'cli-table3';
import { cellsOf, headings } from './rows.js';
import type { Result, UniquenessResult } from './report.js';
import type { Verdict } from './targets.js';

const PLAIN = { head: [], border: [] };

/** A scenario as it is printed as soon as it is measured. */
export function resultTable(result: Result): string {
  const table = new Table({
    head: [...headings(result)],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: PLAIN,
  });
  for (const row of result.rows) table.push([...cellsOf(result, row)]);
  return `\n${result.scenario.title}\n${table.toString()}`;
}

export function uniquenessLine({ ids, seconds }: UniquenessResult): string {
  return `\nids-unique\n${ids.toLocaleString('en')} ids, each greater than the one before, in ${seconds.toFixed(1)} s`;
}

/** All targets at once, at the end. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const table = new Table({ head: ['target', 'required', 'measured', ''], style: PLAIN });
  for (const { target, required, measured, verdict } of verdicts) {
    table.push([target, required, measured, verdict]);
  }
  return `\nTargets\n${table.toString()}`;
}
