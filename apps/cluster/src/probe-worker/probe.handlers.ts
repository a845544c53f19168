import { Injectable } from '@nestjs/common';
import { RequestHandler } from '@catga/nestjs';
import type { MessageContext } from '@catga/nestjs';
import type { EffectReceipt } from '@catga/contracts';
import { Ledger } from '../ledger/ledger.js';
import type { ProbeNews } from '../probe/probe-channel.js';
import { Charge, Look, Note } from '../probe/probe-messages.js';
import { Holds } from '../probe/probe-node.js';

/** Takes the effect of each probe, and says when it begins. */
@Injectable()
export class ProbeHandlers {
  constructor(
    private readonly ledger: Ledger,
    private readonly holds: Holds,
  ) {}

  @RequestHandler(Note)
  note(note: Note, context: MessageContext): Promise<EffectReceipt> {
    return this.take(note, context);
  }

  @RequestHandler(Charge)
  charge(charge: Charge, context: MessageContext): Promise<EffectReceipt> {
    return this.take(charge, context);
  }

  @RequestHandler(Look)
  look(look: Look, context: MessageContext): Promise<EffectReceipt> {
    return this.take(look, context);
  }

  /** The ledger knows an effect by the text of its probe. */
  private async take({ text }: { text: string }, { signal }: MessageContext): Promise<EffectReceipt> {
    process.send?.({ begun: text } satisfies ProbeNews);
    signal.addEventListener('abort', () => process.send?.({ overruled: text } satisfies ProbeNews));
    await this.holds.pass('before the effect');
    signal.throwIfAborted(); // Somebody else has it, or nobody wants it any more.
    const receipt = this.ledger.take(text);
    await this.holds.pass('after the effect');
    return receipt;
  }
}
