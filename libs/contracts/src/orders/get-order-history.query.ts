import { Message, Query } from '@catga/nestjs';

/** Something that happened to an order. */
export interface OrderHistoryEntry {
  readonly event: 'placed' | 'shipped' | 'shipping-mail-sent';
  /** When, in ISO 8601. */
  readonly at: string;
}

/** Reads what happened to an order, in order; not found if there is no such order. */
@Message({ name: 'orders.history.v1', key: 'orderId' })
export class GetOrderHistory extends Query<readonly OrderHistoryEntry[]> {
  constructor(readonly orderId: string) {
    super();
  }
}
