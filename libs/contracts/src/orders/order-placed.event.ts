import { Message, ReliableEvent } from '@catga/nestjs';

/** An order was taken. Times are text, because an event that is stored comes back as JSON. */
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
