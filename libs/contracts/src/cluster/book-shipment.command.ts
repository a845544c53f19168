import { Command, Message } from '@catga/nestjs';
import type { EffectReceipt } from './effect-receipt.js';

/** Books a shipment in the cluster demo; exactly once, as seen by the record (QoS 2). */
@Message({ name: 'cluster.book-shipment.v1', qos: 2 })
export class BookShipment extends Command<EffectReceipt> {
  constructor(readonly shipmentId: string) {
    super();
  }
}
