import { Command, Message } from '@catga/nestjs';
import type { EffectReceipt } from './effect-receipt.js';

/** Books a shipment in the cluster demo. QoS 2: exactly once, as far as the idempotency record shows. */
@Message({ name: 'cluster.book-shipment.v1', qos: 2 })
export class BookShipment extends Command<EffectReceipt> {
  constructor(readonly shipmentId: string) {
    super();
  }
}
