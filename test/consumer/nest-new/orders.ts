// A handler of an application as `nest new` makes it, tested by orders.spec.ts with the Jest that came with it.
import { Injectable } from '@nestjs/common';
import { Command, EventHandler, ReliableEvent, RequestHandler } from '@catga/nestjs';
import type { IEventHandler, IRequestHandler, MessageContext } from '@catga/nestjs';

export class PlaceOrder extends Command<string> {
  constructor(readonly customerId: string) {
    super();
  }
}

@ReliableEvent()
export class OrderPlaced {
  constructor(readonly orderId: string) {}
}

@Injectable()
export class Mailbox {
  readonly mails: string[] = [];
}

@RequestHandler(PlaceOrder)
export class PlaceOrderHandler implements IRequestHandler<PlaceOrder> {
  async handle({ customerId }: PlaceOrder, context: MessageContext): Promise<string> {
    await context.publish(new OrderPlaced(`order of ${customerId}`));
    return `order of ${customerId}`;
  }
}

@EventHandler(OrderPlaced)
export class SendReceipt implements IEventHandler<OrderPlaced> {
  constructor(private readonly mailbox: Mailbox) {}

  async handle({ orderId }: OrderPlaced, { attempt }: MessageContext): Promise<void> {
    if (attempt === 1) throw new Error('the mail server is down');
    this.mailbox.mails.push(orderId);
  }
}
