import { CatgaIds, RequestHandler } from '@catga/nestjs';
import type { IRequestHandler, MessageContext } from '@catga/nestjs';
import { CreateOrder, OrderPlaced } from '@catga/contracts';
import type { OrderCreated } from '@catga/contracts';
import { placeOrder } from './order.js';
import { OrderRepository } from './order.repository.js';

@RequestHandler(CreateOrder)
export class CreateOrderHandler implements IRequestHandler<CreateOrder> {
  constructor(
    private readonly orders: OrderRepository,
    private readonly ids: CatgaIds,
  ) {}

  async handle({ customerId, lines }: CreateOrder, context: MessageContext): Promise<OrderCreated> {
    const order = placeOrder(this.ids.next(), customerId, lines);
    const { orderId, status, total } = order;
    await this.orders.add(order);
    try {
      await context.publish(new OrderPlaced(orderId, customerId, total, new Date().toISOString()));
    } catch (thrown) {
      await this.orders.remove(orderId); // The event was not published, so the order is removed: the caller may retry.
      throw thrown;
    }
    return { orderId, status, total };
  }
}
