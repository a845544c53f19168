import Table from 'cli-table3';
import type { Findings } from '../checker/findings.js';
import { failuresOf } from '../checker/findings.js';
import { violationsOf } from '../checker/violations.js';
import type { EngineName } from '../broker/engine-settings.js';
import { FAULTS } from '../promises/faults.js';
import { GUARANTEES } from '../promises/guarantees.js';
import { KIND_TITLES, STORED_KINDS } from '../promises/kinds.js';
import type { Kind } from '../promises/kinds.js';
import type { Scenario } from '../scenarios/scenario.js';

/** What happened under one fault, and what of it was not promised. */
export interface ScenarioReport {
  readonly text: string;
  readonly violations: readonly string[];
}

/** A table of what became of each kind of message. */
export function reportOf(
  {
    fault,
    fails,
    neverFails,
    isLogged,
    neverAborts,
    mostRepeats = Infinity,
  }: Omit<Scenario, 'run' | 'stage'>,
  engine: EngineName,
  findings: ReadonlyMap<Kind, Findings>,
  logs: ReadonlyMap<string, string> = new Map(),
): ScenarioReport {
  const table = new Table({
    head: ['', 'sent', 'succeeded', 'failed', 'lost', 'twice', 'promised', 'verdict'],
    style: { head: [], border: [] },
  });
  const violations: string[] = [];
  for (const [kind, found] of findings) {
    const promised = GUARANTEES[engine][fault][kind];
    const wrong = [...violationsOf(found, promised)];
    if (neverAborts === true && found.aborted.length > 0)
      wrong.push(`${found.aborted.length} told to stop: ${found.aborted[0]}`);
    if (STORED_KINDS.includes(kind) && found.repeated.length > mostRepeats)
      wrong.push(`${found.repeated.length} took effect twice, and ${mostRepeats} were being handled`);
    violations.push(...wrong.map((what) => `${FAULTS[fault]}, ${KIND_TITLES[kind]}: ${what}`));
    table.push([
      KIND_TITLES[kind],
      found.sent,
      found.succeeded,
      failureText(found),
      found.lost.length,
      found.repeated.length,
      promised,
      wrong.length === 0 ? 'kept' : wrong.join('; '),
    ]);
  }
  if (fails !== undefined && ![...findings.values()].some(({ failed }) => failed.has(fails))) {
    violations.push(`${FAULTS[fault]}: nobody got ${fails}, so that nothing is shown`);
  }
  const gave = [...findings.values()].find(
    ({ kind, failed }) => kind !== 'query' && neverFails !== undefined && failed.has(neverFails),
  );
  if (gave !== undefined)
    violations.push(`${FAULTS[fault]}, ${KIND_TITLES[gave.kind]}: somebody got ${neverFails}`);
  for (const [name, said] of isLogged === undefined ? [] : logs) {
    if (isLogged?.test(said) !== true)
      violations.push(`${FAULTS[fault]}: ${name} has not logged ${isLogged}`);
  }
  return { text: `${fault}: ${FAULTS[fault]}\n${table.toString()}`, violations };
}

export function failureText(found: Findings): string {
  if (found.failed.size === 0) return '0';
  return `${failuresOf(found)} (${[...found.failed.keys()].join(', ')})`;
}
