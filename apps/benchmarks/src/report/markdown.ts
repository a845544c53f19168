import type { Environment } from './environment.js';
import type { Verdict } from './verdict.js';

/** A table whose first column is text and whose others are figures. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const alignment = titles.map((_, column) => (column === 0 ? '---' : '--:'));
  return [line(titles), line(alignment), ...rows.map(line)].join('\n');
}

export function targetsTable(verdicts: readonly Verdict[]): string {
  return table(
    ['target', 'required', 'measured (middle half)', ''],
    verdicts.map(({ target, required, measured, verdict }) => [
      target,
      required,
      measured,
      verdict === 'met' ? verdict : `**${verdict}**`,
    ]),
  );
}

export function environmentLine({ date, machine, load, versions }: Environment): string {
  return (
    `Measured on ${date}, on ${machine}; load average at the end ${load}. ` +
    `${versions.map(([name, version]) => `${name} ${version}`).join(', ')}.`
  );
}
