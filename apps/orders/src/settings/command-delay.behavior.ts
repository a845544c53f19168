import { setTimeout as pause } from 'node:timers/promises';
import type { Behavior, Envelope, MessageContext, Next } from '@catga/nestjs';

/** Delays every command, to show how a stopping service finishes its running work. Ends early if the command is aborted. */
export class CommandDelay implements Behavior {
  constructor(private readonly delayMs: number) {}

  async handle({ kind }: Envelope, { signal }: MessageContext, next: Next): Promise<unknown> {
    if (kind === 'command') await pause(this.delayMs, undefined, { signal });
    return next();
  }
}
