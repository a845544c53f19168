import { Command, Message } from '@catga/nestjs';
import { z } from 'zod';
import { orderLineSchema } from './order-line.js';
import type { OrderLine } from './order-line.js';
import type { OrderView } from './order-view.js';

const MAX_LINES = 100;

const schema = z.object({
  customerId: z.string().trim().min(1).max(64),
  lines: z.array(orderLineSchema).min(1).max(MAX_LINES),
});

/** Reply to {@link CreateOrder}. */
export type OrderCreated = Pick<OrderView, 'orderId' | 'status' | 'total'>;

/** Places an order. Invalid content is refused before the handler: `CATGA_VALIDATION_FAILED`. */
@Message({ name: 'orders.create.v1', schema })
export class CreateOrder extends Command<OrderCreated> {
  constructor(
    readonly customerId: string,
    readonly lines: readonly OrderLine[],
  ) {
    super();
  }
}
