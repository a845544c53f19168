import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { FAULTS } from '../src/promises/faults.js';
import type { Fault } from '../src/promises/faults.js';
import { GUARANTEES } from '../src/promises/guarantees.js';
import { KIND_TITLES, KINDS } from '../src/promises/kinds.js';
import { ALL_SCENARIOS } from '../src/scenarios/all-scenarios.js';

const page = readFileSync(new URL('../../../docs/reference/guarantees.md', import.meta.url), 'utf8');

/** The cells of the rows of a table of the page, without its two head rows. */
function rowsOf(firstHead: string): readonly (readonly string[])[] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHead}`));
  const rows: string[][] = [];
  for (const line of lines.slice(start)) {
    if (!line.startsWith('|')) break;
    rows.push(
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

describe('the table of guarantees', () => {
  const [head = [], , ...rows] = rowsOf('fault');

  it('has a column for each kind of message', () => {
    expect(head.slice(1, -1)).toEqual(KINDS.map((kind) => KIND_TITLES[kind]));
  });

  it.each(Object.keys(FAULTS) as Fault[])('says of %s what the chaos run holds the nodes to', (fault) => {
    const row = rows.find(([title]) => title === FAULTS[fault]);
    expect(row?.slice(1, -1)).toEqual(KINDS.map((kind) => GUARANTEES[fault][kind]));
    expect(row?.at(-1)).toContain(`\`${fault}\``);
  });

  it('has no row that nothing shows, and no fault that is not played', () => {
    expect(rows).toHaveLength(Object.keys(FAULTS).length);
    expect(ALL_SCENARIOS.map(({ fault }) => fault).toSorted()).toEqual(Object.keys(FAULTS).toSorted());
  });
});
