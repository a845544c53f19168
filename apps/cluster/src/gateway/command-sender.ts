import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { CatgaError, CatgaMediator } from '@catga/nestjs';
import type { Command } from '@catga/nestjs';

/** Shorter than the patience of the HTTP client, which repeats with the same key. */
const TIMEOUT_MS = 4000;

/** Sends commands to wherever they are handled. */
@Injectable()
export class CommandSender {
  constructor(private readonly mediator: CatgaMediator) {}

  /** `messageId` makes a repeat the same command. */
  async send<R>(command: Command<R>, messageId: string): Promise<R> {
    try {
      return await this.mediator.send(command, { messageId, timeoutMs: TIMEOUT_MS });
    } catch (thrown) {
      throw isNobodyThere(thrown) ? new ServiceUnavailableException(thrown.message) : thrown;
    }
  }
}

/** In a cluster whose nodes come and go, nobody there means nobody there now. */
function isNobodyThere(thrown: unknown): thrown is CatgaError {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_NO_HANDLER';
}
