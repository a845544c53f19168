import { Message, Query } from '@catga/nestjs';
import type { OrderView } from './order-view.js';

/** Reads an order; not found if there is none. */
@Message({ name: 'orders.get.v1', key: 'orderId' })
export class GetOrder extends Query<OrderView> {
  constructor(readonly orderId: string) {
    super();
  }
}
