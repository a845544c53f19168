import Table from 'cli-table3';
import { cellsOf, headings } from './rows.js';
import type { Result, UniquenessResult } from './report.js';
import type { Verdict } from './verdict.js';

const PLAIN = { head: [], border: [] };

/** A scenario as it is printed as soon as it is measured. */
export function resultTable(result: Result): string {
  return plainTable(
    result.scenario.title,
    headings(result),
    result.rows.map((row) => cellsOf(result, row)),
  );
}

/** A table whose first column is text and whose others are figures. */
export function plainTable(
  title: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const table = new Table({
    head: [...titles],
    colAligns: titles.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: PLAIN,
  });
  for (const row of rows) table.push([...row]);
  return `\n${title}\n${table.toString()}`;
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
