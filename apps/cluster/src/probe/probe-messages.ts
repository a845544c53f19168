import { Command, Message, Query } from '@catga/nestjs';
import type { EffectReceipt } from '@catga/contracts';

/** QoS 1. */
@Message({ name: 'probe.note.v1' })
export class Note extends Command<EffectReceipt> {
  constructor(readonly text: string) {
    super();
  }
}

/** QoS 2. */
@Message({ name: 'probe.charge.v1', qos: 2 })
export class Charge extends Command<EffectReceipt> {
  constructor(readonly text: string) {
    super();
  }
}

/** QoS 0. */
@Message({ name: 'probe.look.v1' })
export class Look extends Query<EffectReceipt> {
  constructor(readonly text: string) {
    super();
  }
}

/** Nobody handles it. */
@Message({ name: 'probe.unheard.v1' })
export class Unheard extends Command<EffectReceipt> {
  constructor(readonly text: string) {
    super();
  }
}

export const PROBES = Object.freeze({ Note, Charge, Look, Unheard });
export type ProbeName = keyof typeof PROBES;
