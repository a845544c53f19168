import { Message, ReliableEvent } from '@catga/nestjs';

/** An order was shipped. */
@ReliableEvent()
@Message({ name: 'orders.shipped.v1', key: 'orderId' })
export class OrderShipped {
  constructor(
    readonly orderId: string,
    readonly customerId: string,
    /** In ISO 8601. */
    readonly shippedAt: string,
  ) {}
}
