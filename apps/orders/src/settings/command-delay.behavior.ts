import { setTimeout as pause } from 'node:timers/promises';
import type { Behavior, Envelope, MessageContext, Next } from '@catga/nestjs';

/** Makes every command slow, to watch a stopping service finish what it has begun. A pause ends when the command does. */
export class CommandDelay implements Behavior {
  constructor(private readonly delayMs: number) {}

  async handle({ kind }: Envelope, { signal }: MessageContext, next: Next): Promise<unknown> {
    if (kind === 'command') await pause(this.delayMs, undefined, { signal });
    return next();
  }
}
