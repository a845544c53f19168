import { Command, Message } from '@catga/nestjs';
import type { OrderView } from './order-view.js';

/** Reply to {@link ShipOrder}. */
export type OrderDispatched = Pick<OrderView, 'orderId' | 'status'>;

/** Ships an order once: not found if there is none, a conflict if it was already shipped. */
@Message({ name: 'orders.ship.v1', key: 'orderId' })
export class ShipOrder extends Command<OrderDispatched> {
  constructor(readonly orderId: string) {
    super();
  }
}
