import { Message, ReliableEvent } from '@catga/nestjs';

/** The customer has entered a card, which may be charged. */
@ReliableEvent()
@Message({ name: 'shop.card-entered.v1' })
export class CardEntered {
  constructor(readonly orderId: string) {}
}
