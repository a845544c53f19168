import { EventHandler } from '@catga/nestjs';
import type { IEventHandler, MessageContext } from '@catga/nestjs';
import { OrderPlaced, OrderShipped, ShippingMailSent } from '@catga/contracts';
import type { OrderHistoryEntry } from '@catga/contracts';
import { OrderHistory } from './order-history.js';

type OrderEvent = OrderPlaced | OrderShipped | ShippingMailSent;

/** One handler, so one subscription, for all three events; their key, the order's id, keeps them in order. */
@EventHandler(OrderPlaced, OrderShipped, ShippingMailSent, { name: 'order-history' })
export class RecordOrderHistory implements IEventHandler<OrderEvent> {
  constructor(private readonly history: OrderHistory) {}

  async handle(event: OrderEvent, { effectKey }: MessageContext): Promise<void> {
    await this.history.record(event.orderId, effectKey, entryOf(event));
  }
}

function entryOf(event: OrderEvent): OrderHistoryEntry {
  if (event instanceof OrderPlaced) return { event: 'placed', at: event.placedAt };
  if (event instanceof OrderShipped) return { event: 'shipped', at: event.shippedAt };
  return { event: 'shipping-mail-sent', at: event.sentAt };
}
