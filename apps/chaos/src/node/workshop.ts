import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { MessageContext } from '@catga/nestjs';
import type { LedgerClient } from '../ledger/ledger-client.js';
import type { Instruction } from '../messages/instruction.js';
import type { Task } from '../messages/messages.js';

/** How long work takes, so that faults find some of it going on, in milliseconds. */
const WORK_MS = 5;
const SLOW_WORK_MS = 600;
/** Far longer than a lane that is to move waits for its handlers. */
const LONG_WORK_MS = 4000;

/** What all handlers do: tell the ledger, and on the first time follow the instruction of the message. */
@Injectable()
export class Workshop {
  constructor(private readonly ledger: LedgerClient) {}

  async work({ id, instruction }: Task, { signal }: MessageContext): Promise<string> {
    // Where nothing depends on it the ledger is spared.
    const isFirst = instruction !== 'work' && (await this.ledger.tell('got', id)) === 1;
    if (isFirst && instruction === 'throw') throw Object.assign(new Error('refused'), { code: 'E_REFUSED' });
    if (isFirst && instruction === 'hang') await new Promise(() => {});
    if (isFirst && instruction === 'die-before') process.kill(process.pid, 'SIGKILL');
    if (instruction === 'long') signal.addEventListener('abort', () => void this.ledger.tell('aborted', id));
    await pause(durationOf(instruction));
    await this.ledger.tell('effect', id);
    if (isFirst && instruction === 'die-after') process.kill(process.pid, 'SIGKILL');
    return id;
  }
}

function durationOf(instruction: Instruction): number {
  if (instruction === 'long') return LONG_WORK_MS;
  return instruction === 'slow' ? SLOW_WORK_MS : WORK_MS;
}
