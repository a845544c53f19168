import { EventHandler } from '@catga/nestjs';
import type { IEventHandler, MessageContext } from '@catga/nestjs';
import { OrderShipped, ShippingMailSent } from '@catga/contracts';
import { MailServer } from './mail-server.js';

/** If it throws, the event is retried after a pause, and finally becomes a dead letter. */
@EventHandler(OrderShipped, { name: 'shipping-mail' })
export class SendShippingMail implements IEventHandler<OrderShipped> {
  constructor(private readonly mailServer: MailServer) {}

  async handle({ orderId, customerId }: OrderShipped, context: MessageContext): Promise<void> {
    await this.mailServer.send(customerId, `Your order ${orderId} is on its way.`);
    // At least once may mean twice: an id derived from the event deduplicates the publication.
    const messageId = `mail-of-${context.effectKey}`;
    await context.publish(new ShippingMailSent(orderId, new Date().toISOString()), { messageId });
  }
}
