import { Injectable } from '@nestjs/common';
import { openSync, writeSync } from 'node:fs';
import type { EffectReceipt } from '@catga/contracts';
import type { LedgerEntry } from './ledger-entry.js';

/**
 * The effects of this process, in a file that only grows. Written before the handler goes on, so a SIGKILL loses none;
 * the conductor, who handles no message, reads it and counts.
 */
@Injectable()
export class Ledger {
  private readonly descriptor: number;
  private runs = 0;

  constructor(
    file: string,
    private readonly nodeId: string,
  ) {
    this.descriptor = openSync(file, 'a');
  }

  /** Takes the effect of a command: one line. */
  take(messageId: string): EffectReceipt {
    const runId = `${this.nodeId}/${process.pid}/${++this.runs}`;
    const atUs = Number(process.hrtime.bigint() / 1000n);
    const entry: LedgerEntry = { messageId, runId, pid: process.pid, atUs };
    writeSync(this.descriptor, `${JSON.stringify(entry)}\n`);
    return { runId };
  }
}
