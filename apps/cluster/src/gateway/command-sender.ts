import { Injectable } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';
import type { Command } from '@catga/nestjs';

/** Shorter than the patience of the HTTP client, which repeats with the same key. */
const TIMEOUT_MS = 4000;

/** Sends commands to wherever they are handled. */
@Injectable()
export class CommandSender {
  constructor(private readonly mediator: CatgaMediator) {}

  /** `messageId` makes a repeat the same command. */
  send<R>(command: Command<R>, messageId: string): Promise<R> {
    return this.mediator.send(command, { messageId, timeoutMs: TIMEOUT_MS });
  }
}
