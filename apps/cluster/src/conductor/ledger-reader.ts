import { closeSync, fstatSync, openSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerEntry } from '../ledger/ledger-entry.js';

/** All effects of all processes, as their ledgers grow. */
export class LedgerReader {
  /** The runs that took an effect, by message id. */
  readonly runs = new Map<string, LedgerEntry[]>();
  /** The ids with more than one. */
  readonly repeated = new Set<string>();
  private readonly offsets = new Map<string, number>();

  constructor(private readonly directory: string) {}

  /** Reads what was written since the last time. */
  read(): void {
    const ledgers = readdirSync(this.directory).filter((name) => name.endsWith('.ledger'));
    for (const name of ledgers) this.readFile(join(this.directory, name));
  }

  private readFile(file: string): void {
    const descriptor = openSync(file, 'r');
    try {
      const offset = this.offsets.get(file) ?? 0;
      const added = Buffer.alloc(fstatSync(descriptor).size - offset);
      readSync(descriptor, added, 0, added.length, offset);
      const complete = added.lastIndexOf('\n') + 1;
      this.offsets.set(file, offset + complete);
      const lines = added.toString('utf8', 0, complete).split('\n');
      for (const line of lines) if (line !== '') this.add(JSON.parse(line) as LedgerEntry);
    } finally {
      closeSync(descriptor);
    }
  }

  private add(entry: LedgerEntry): void {
    const runs = this.runs.get(entry.messageId);
    if (runs === undefined) return void this.runs.set(entry.messageId, [entry]);
    runs.push(entry);
    this.repeated.add(entry.messageId);
  }
}
