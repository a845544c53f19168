import type { Output } from '../output.js';
import { printable } from '../output.js';

export type CheckFormat = 'nagios' | 'prometheus' | 'json';

/** Thresholds: a state begins at its value, or with `isFloor` below it. */
export interface Thresholds {
  readonly warn: number;
  readonly crit: number;
  readonly isFloor: boolean;
}

/** The exit codes of Nagios, by state. */
const STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
const UNKNOWN = 3;

/** A measured value and its state. */
export interface Measured {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly thresholds: Thresholds;
  /** Index of {@link STATES}. */
  readonly state: 0 | 1 | 2;
}

export function measured(
  metric: string,
  labels: Measured['labels'],
  value: number,
  thresholds: Thresholds,
): Measured {
  const { warn, crit, isFloor } = thresholds;
  const is = (limit: number): boolean => (isFloor ? value < limit : value >= limit);
  return { metric, labels, value, thresholds, state: is(crit) ? 2 : is(warn) ? 1 : 0 };
}

/** Writes a report. Returns the exit code. */
export function writeCheck(
  output: Output,
  format: CheckFormat,
  what: string,
  results: readonly Measured[] | Error,
): number {
  const state = results instanceof Error ? UNKNOWN : Math.max(0, ...results.map((one) => one.state));
  if (format === 'json') {
    const problem = results instanceof Error ? results.message : undefined;
    const values =
      results instanceof Error
        ? []
        : results.map(({ state: one, ...rest }) => ({ ...rest, state: STATES[one] }));
    output.json({ check: what, state: STATES[state], ...(problem !== undefined && { problem }), values });
  } else if (format === 'prometheus') {
    if (results instanceof Error) output.note(results.message);
    else output.line(prometheus(results));
  } else output.line(nagios(what, state, results));
  return state;
}

function nagios(what: string, state: number, results: readonly Measured[] | Error): string {
  const head = `CATGA ${what.toUpperCase()} ${STATES[state] ?? 'UNKNOWN'}`;
  if (results instanceof Error) return `${head} - ${printable(results.message)}`;
  const bad = results.filter((one) => one.state > 0);
  const shown = (bad.length > 0 ? bad : results).map((one) => `${labelOf(one)} ${one.value}`);
  const data = results.map((one) => {
    const { warn, crit, isFloor } = one.thresholds;
    // A Nagios range `n:` has the minimum n.
    const range = (limit: number): string => (isFloor ? `${limit}:` : String(Math.max(0, limit - 1)));
    return `'${labelOf(one).replaceAll("'", "''")}'=${one.value};${range(warn)};${range(crit)}`;
  });
  return `${head} - ${shown.join(', ') || 'nothing to check'}${data.length > 0 ? ` | ${data.join(' ')}` : ''}`;
}

function labelOf({ labels }: Measured): string {
  return printable(Object.values(labels).join(' ')).replaceAll(/[|=]/g, '_');
}

function prometheus(results: readonly Measured[]): string {
  const lines: string[] = [];
  for (const metric of new Set(results.map((one) => one.metric))) {
    lines.push(`# TYPE ${metric} gauge`);
    for (const { labels, value } of results.filter((one) => one.metric === metric)) {
      const written = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
      lines.push(`${metric}{${written.join(',')}} ${value}`);
    }
  }
  return lines.join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
