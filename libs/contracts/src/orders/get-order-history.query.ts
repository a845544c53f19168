import { Message, Query } from '@catga/nestjs';

/** Entry in the history of an order. */
export interface OrderHistoryEntry {
  readonly event: 'placed' | 'shipped' | 'shipping-mail-sent';
  /** Time in ISO 8601. */
  readonly at: string;
}

/** Reads the history of an order, oldest first; not found if there is no such order. */
@Message({ name: 'orders.history.v1', key: 'orderId' })
export class GetOrderHistory extends Query<readonly OrderHistoryEntry[]> {
  constructor(readonly orderId: string) {
    super();
  }
}
