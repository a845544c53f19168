import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CallRecord, Evidence } from '../checker/records.js';
import type { CallLine } from '../caller/caller-protocol.js';
import type { LedgerLine } from '../ledger/ledger-protocol.js';

/** Where the processes of a run write. */
export class EvidenceFiles {
  constructor(readonly directory: string) {}

  get ledger(): string {
    return join(this.directory, 'ledger.jsonl');
  }

  /** How much the ledger has, read without looking into it. */
  get ledgerBytes(): number {
    return existsSync(this.ledger) ? statSync(this.ledger).size : 0;
  }

  callsOf(caller: string): string {
    return join(this.directory, `${caller}.calls.jsonl`);
  }

  outboxOf(caller: string): string {
    return join(this.directory, `${caller}.outbox`);
  }

  logOf(name: string): string {
    return join(this.directory, `${name}.log`);
  }

  /** What a process has logged so far. */
  said(name: string): string {
    return readFileSync(this.logOf(name), 'utf8');
  }

  /** What took effect, of one scenario, and which handlers were told to stop, in the order of the ledger. */
  handled(run: string): Pick<Evidence, 'effects' | 'aborts'> {
    const lines = linesOf<LedgerLine>(this.ledger).filter(({ id }) => isOf(run, id));
    return {
      effects: lines.filter(({ what }) => what === 'effect'),
      aborts: lines.filter(({ what }) => what === 'aborted'),
    };
  }

  /** The calls of one scenario; those of a caller that was killed are excused if they did not end. */
  calls(run: string, killed: ReadonlySet<string>): readonly CallRecord[] {
    const calls = new Map<string, CallRecord>();
    for (const file of readdirSync(this.directory).filter((name) => name.endsWith('.calls.jsonl'))) {
      const isExcused = killed.has(file.replace('.calls.jsonl', ''));
      for (const line of linesOf<CallLine>(join(this.directory, file))) {
        if (!isOf(run, line.id)) continue;
        if ('kind' in line) calls.set(line.id, { ...line, isExcused });
        else merge(calls, line);
      }
    }
    return [...calls.values()];
  }
}

function merge(calls: Map<string, CallRecord>, line: Exclude<CallLine, { kind: unknown }>): void {
  const call = calls.get(line.id);
  if (call === undefined) return;
  const end = line.ok ? ({ ok: true } as const) : ({ ok: false, code: line.code } as const);
  calls.set(line.id, { ...call, end });
}

/** Whether a message belongs to a scenario. */
export function isOf(run: string, id: string): boolean {
  return id.startsWith(`${run}.`);
}

function linesOf<T>(file: string): readonly T[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  // The last line of a process that was killed may be half a line.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
