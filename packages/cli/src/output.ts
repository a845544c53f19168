import Table from 'cli-table3';
import pc from 'picocolors';
import { systemClock } from '@catga/core/engine';
import { ProgressLine } from './progress-line.js';
import type { Terminal } from './terminal.js';

export const FORMATS = ['table', 'json', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** Column of a table: title, and text of a row. */
export type Column<T> = readonly [title: string, text: (row: T) => string | number | undefined];

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Writes results in the chosen format. */
export class Output {
  constructor(
    private readonly terminal: Terminal,
    readonly format: Format,
  ) {}

  /** Writes rows: a table, a JSON array, or one line of JSON each. */
  rows<T>(rows: readonly T[], columns: readonly Column<T>[]): void {
    if (this.format === 'json') return this.line(toJson(rows, 2));
    if (this.format === 'jsonl') return rows.forEach((row) => this.line(toJson(row)));
    if (rows.length === 0) return this.note('None found.');
    const colors = this.colors;
    const table = new Table({
      head: columns.map(([title]) => colors.bold(title)),
      chars: NO_BORDERS,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    });
    for (const row of rows) table.push(columns.map(([, text]) => printable(String(text(row) ?? '-'))));
    this.line(table.toString());
  }

  /** Writes one item: a line for each field in format `table`, else JSON. */
  one<T>(value: T, fields: readonly Column<T>[]): void {
    if (this.format !== 'table') return this.json(value);
    const width = Math.max(...fields.map(([title]) => title.length));
    for (const [title, text] of fields) {
      const shown = printable(String(text(value) ?? '-'));
      this.line(`${this.colors.bold(title.padEnd(width))}  ${shown}`);
    }
  }

  /** Writes a value as JSON in any format. */
  json(value: unknown): void {
    this.line(toJson(value, this.format === 'jsonl' ? undefined : 2));
  }

  /** Writes a result: a sentence in format `table`, else its facts. */
  done(sentence: string, facts: object): void {
    if (this.format === 'table') this.line(printable(sentence));
    else this.json(facts);
  }

  /** Writes a remark to the error output. */
  note(text: string): void {
    this.terminal.err(`${printable(text)}\n`);
  }

  /** Runs long work with a progress line, for format `table` on a terminal. */
  async during<T>(work: (tell: (text: string) => void) => Promise<T>, clock = systemClock): Promise<T> {
    const { terminal } = this;
    if (this.format !== 'table' || !terminal.isWatched) return work(() => {});
    const line = new ProgressLine(clock, (text) => terminal.err(text));
    try {
      return await work((text) => line.show(printable(text)));
    } finally {
      line.end();
    }
  }

  line(text: string): void {
    this.terminal.out(`${text}\n`);
  }

  get colors(): ReturnType<typeof pc.createColors> {
    return pc.createColors(this.terminal.hasColors);
  }
}

/** Encodes a value as JSON: bytes as base64, dates as text. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, held: unknown) => (held instanceof Uint8Array ? Buffer.from(held).toString('base64') : held),
    indent,
  );
}

/** Removes control characters: texts of messages and errors are untrusted. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/g, '�').replaceAll('\n', ' ');
}

/** Formats a duration in the largest fitting unit. */
export function duration(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined;
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  const [unit, size] = units.find(([, least]) => ms >= least) ?? ['ms', 1];
  return `${Math.floor(ms / size)}${unit}`;
}

/** Formats a time to the second, in UTC. */
export function time(at: Date | number): string {
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
