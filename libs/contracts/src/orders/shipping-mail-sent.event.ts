import { Message, ReliableEvent } from '@catga/nestjs';

/** The customer was informed that the order was shipped. */
@ReliableEvent()
@Message({ name: 'orders.shipping-mail-sent.v1', key: 'orderId' })
export class ShippingMailSent {
  constructor(
    readonly orderId: string,
    /** In ISO 8601. */
    readonly sentAt: string,
  ) {}
}
