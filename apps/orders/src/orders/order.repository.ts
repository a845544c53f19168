import type { OrderStatus } from '@catga/contracts';
import type { Order } from './order.js';

/** Repository of orders. A class, so that it is also a Nest token. */
export abstract class OrderRepository {
  abstract add(order: Order): Promise<void>;

  abstract find(orderId: string): Promise<Order | undefined>;

  /** Compare-and-set: of two callers with the same change, one gets the order and the other undefined. */
  abstract changeStatus(orderId: string, from: OrderStatus, to: OrderStatus): Promise<Order | undefined>;

  abstract remove(orderId: string): Promise<void>;
}
