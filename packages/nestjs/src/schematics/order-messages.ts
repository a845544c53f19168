/** Source of the messages of the examples: a command that places an order, `others`, and the event that it was placed. */
export const orderMessages = (
  result: string,
  others = '',
): string => `import { Command, Message, ReliableEvent } from '@catga/nestjs';

/** A command has one handler; its result is the type argument. */
@Message({ name: 'orders.place.v1' })
export class PlaceOrder extends Command<${result}> {
  constructor(readonly sku: string) {
    super();
  }
}
${others}
/** Stored, and redelivered to each handler until it succeeds. */
@ReliableEvent()
@Message({ name: 'orders.placed.v1' })
export class OrderPlaced {
  constructor(readonly orderId: string) {}
}
`;
