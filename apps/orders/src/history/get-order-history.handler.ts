import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler, MessageContext } from '@catga/nestjs';
import { GetOrder, GetOrderHistory } from '@catga/contracts';
import type { OrderHistoryEntry } from '@catga/contracts';
import { OrderHistory } from './order-history.js';

@RequestHandler(GetOrderHistory)
export class GetOrderHistoryHandler implements IRequestHandler<GetOrderHistory> {
  constructor(private readonly history: OrderHistory) {}

  async handle({ orderId }: GetOrderHistory, context: MessageContext): Promise<readonly OrderHistoryEntry[]> {
    await context.send(new GetOrder(orderId)); // Throws if the order does not exist.
    return this.history.of(orderId);
  }
}
