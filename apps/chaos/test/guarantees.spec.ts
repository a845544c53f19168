import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { FAULTS } from '../src/promises/faults.js';
import type { Fault } from '../src/promises/faults.js';
import { GUARANTEES } from '../src/promises/guarantees.js';
import { KIND_TITLES, KINDS } from '../src/promises/kinds.js';
import { ALL_SCENARIOS } from '../src/scenarios/all-scenarios.js';

const page = readFileSync(new URL('../../../docs/reference/guarantees.md', import.meta.url), 'utf8');

/** The cells of the rows of a table of the page, its two head rows included. */
function rowsOf(firstHead: string): readonly (readonly string[])[] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHead} `));
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

const [head = [], , ...rows] = rowsOf('fault');
const [redisHead = [], , ...redisRows] = rowsOf('fault, on Redis');
const faults = Object.keys(FAULTS) as Fault[];

/** What a row says, and that it names the scenario. */
function cellsOf(row: readonly string[] | undefined, fault: Fault): readonly string[] | undefined {
  expect(row?.at(-1)).toContain(`\`${fault}\``);
  return row?.slice(1, -1);
}

describe('the table of guarantees', () => {
  it('has a column for each kind of message', () => {
    const titles = KINDS.map((kind) => KIND_TITLES[kind]);
    expect(head.slice(1, -1)).toEqual(titles);
    expect(redisHead.slice(1, -1)).toEqual(titles);
  });

  it.each(faults)('says of %s what the chaos run holds the nodes to', (fault) => {
    const row = rows.find(([title]) => title === FAULTS[fault]);
    expect(cellsOf(row, fault)).toEqual(KINDS.map((kind) => GUARANTEES.nats[fault][kind]));
  });

  it.each(faults)('says of %s on Redis what differs there, and nothing else', (fault) => {
    const row = redisRows.find(([title]) => title === FAULTS[fault]);
    const promised = KINDS.map((kind) => GUARANTEES.redis[fault][kind]);
    const isDifferent = KINDS.some((kind) => GUARANTEES.redis[fault][kind] !== GUARANTEES.nats[fault][kind]);
    if (isDifferent) expect(cellsOf(row, fault)).toEqual(promised);
    else expect(row).toBeUndefined();
  });

  it('names specs that are there', () => {
    const named = [...page.matchAll(/`((?:packages|apps)\/[^`]*\.spec\.ts)`/g)].map(([, path]) => path ?? '');
    expect(named.length).toBeGreaterThan(5);
    const missing = named.filter((path) => !existsSync(new URL(`../../../${path}`, import.meta.url)));
    expect(missing).toEqual([]);
  });

  it('has no row that nothing shows, and no fault that is not played', () => {
    expect(rows).toHaveLength(faults.length);
    for (const [title] of redisRows) expect(Object.values(FAULTS)).toContain(title);
    expect(ALL_SCENARIOS.map(({ fault }) => fault).toSorted()).toEqual(faults.toSorted());
  });
});
