import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler } from '@catga/nestjs';
import { GetOrder } from '@catga/contracts';
import type { OrderView } from '@catga/contracts';
import { OrderRepository } from './order.repository.js';
import { orderNotFound } from './order-not-found.js';

@RequestHandler(GetOrder)
export class GetOrderHandler implements IRequestHandler<GetOrder> {
  constructor(private readonly orders: OrderRepository) {}

  async handle({ orderId }: GetOrder): Promise<OrderView> {
    const order = await this.orders.find(orderId);
    if (order === undefined) throw orderNotFound(orderId);
    return order;
  }
}
