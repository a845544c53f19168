import { ConflictException } from '@nestjs/common';
import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler, MessageContext } from '@catga/nestjs';
import { OrderShipped, ShipOrder } from '@catga/contracts';
import type { OrderDispatched } from '@catga/contracts';
import { OrderRepository } from './order.repository.js';
import { orderNotFound } from './order-not-found.js';

@RequestHandler(ShipOrder)
export class ShipOrderHandler implements IRequestHandler<ShipOrder> {
  constructor(private readonly orders: OrderRepository) {}

  async handle({ orderId }: ShipOrder, context: MessageContext): Promise<OrderDispatched> {
    const order = await this.orders.changeStatus(orderId, 'placed', 'shipped');
    if (order === undefined) throw await this.refusal(orderId);
    try {
      const event = new OrderShipped(orderId, order.customerId, new Date().toISOString());
      // A deterministic id: if the event is published again, the engine stores it once.
      await context.publish(event, { messageId: `shipped-${orderId}` });
    } catch (thrown) {
      await this.orders.changeStatus(orderId, 'shipped', 'placed'); // The event was not published: the caller may retry.
      throw thrown;
    }
    return { orderId, status: order.status };
  }

  private async refusal(orderId: string): Promise<Error> {
    return (await this.orders.find(orderId)) === undefined
      ? orderNotFound(orderId)
      : new ConflictException(`Order '${orderId}' was already shipped.`);
  }
}
