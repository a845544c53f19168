import { closeSync, existsSync, openSync, readFileSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CallRecord, EffectRecord, Evidence } from '../checker/records.js';
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
    const effects: EffectRecord[] = [];
    const aborts: EffectRecord[] = [];
    for (const { what, id, service, nodeId } of linesOf<LedgerLine>(this.ledger)) {
      if (what === 'got' || !isOf(run, id)) continue;
      (what === 'effect' ? effects : aborts).push({ id, service, nodeId });
    }
    return { effects, aborts };
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

const CHUNK_BYTES = 1024 * 1024;

/** Of a file of any size. The last line of a process that was killed may be half a line: it is left out. */
function* linesOf<T>(file: string): Generator<T> {
  if (!existsSync(file)) return;
  const descriptor = openSync(file, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest: Buffer = Buffer.alloc(0);
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      rest = bytes.subarray(end);
      for (const line of bytes.toString('utf8', 0, end).split('\n'))
        if (line !== '') yield JSON.parse(line) as T;
    }
  } finally {
    closeSync(descriptor);
  }
}

const NEWLINE = 0x0a;
