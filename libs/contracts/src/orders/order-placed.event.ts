import { Message, ReliableEvent } from '@catga/nestjs';

/** An order was placed. Times are text, because a stored event comes back as JSON. */
@ReliableEvent()
@Message({ name: 'orders.placed.v1', key: 'orderId' })
export class OrderPlaced {
  constructor(
    readonly orderId: string,
    readonly customerId: string,
    /** In cents. */
    readonly total: number,
    /** In ISO 8601. */
    readonly placedAt: string,
  ) {}
}
