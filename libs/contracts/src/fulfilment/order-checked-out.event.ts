import { Message, ReliableEvent } from '@catga/nestjs';

/** Somebody wants something from the shop: its fulfilment begins. */
@ReliableEvent()
@Message({ name: 'shop.order-checked-out.v1' })
export class OrderCheckedOut {
  constructor(
    readonly orderId: string,
    readonly item: string,
  ) {}
}
