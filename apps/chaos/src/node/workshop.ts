import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { LedgerClient } from '../ledger/ledger-client.js';
import type { Task } from '../messages/messages.js';

/** How long work takes, so that faults find some of it going on, in milliseconds. */
const WORK_MS = 5;
const SLOW_WORK_MS = 600;

/** What all handlers do: tell the ledger, and on the first time follow the instruction of the message. */
@Injectable()
export class Workshop {
  constructor(private readonly ledger: LedgerClient) {}

  async work({ id, instruction }: Task): Promise<string> {
    const times = await this.ledger.tell('got', id);
    const isFirst = times === 1;
    if (isFirst && instruction === 'throw') throw Object.assign(new Error('refused'), { code: 'E_REFUSED' });
    if (isFirst && instruction === 'hang') await new Promise(() => {});
    if (isFirst && instruction === 'die-before') process.kill(process.pid, 'SIGKILL');
    await pause(instruction === 'slow' ? SLOW_WORK_MS : WORK_MS);
    await this.ledger.tell('effect', id);
    if (isFirst && instruction === 'die-after') process.kill(process.pid, 'SIGKILL');
    return id;
  }
}
