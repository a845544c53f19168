import { Command, Message } from '@catga/nestjs';
import type { EffectReceipt } from './effect-receipt.js';

/** Places an order in the cluster demo; at least once (QoS 1), and once for each id that the caller gives. */
@Message({ name: 'cluster.place-order.v1' })
export class PlaceOrder extends Command<EffectReceipt> {
  constructor(readonly orderId: string) {
    super();
  }
}
