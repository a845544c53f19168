import { z } from 'zod';
import { Command, Message } from '@catga/nestjs';
import type { EffectReceipt } from './effect-receipt.js';

/** Places an order in the cluster demo. QoS 1: at least once, and once for each id given by the caller. */
@Message({ name: 'cluster.place-order.v1', schema: z.object({ orderId: z.string().min(1).max(64) }) })
export class PlaceOrder extends Command<EffectReceipt> {
  constructor(readonly orderId: string) {
    super();
  }
}
