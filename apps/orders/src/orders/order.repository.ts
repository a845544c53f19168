import type { OrderStatus } from '@catga/contracts';
import type { Order } from './order.js';

/** Keeps orders. A class, so that it is a token of Nest as well. */
export abstract class OrderRepository {
  abstract add(order: Order): Promise<void>;

  abstract find(orderId: string): Promise<Order | undefined>;

  /**
   * Compares and sets in one step: of two callers who want the same change, one gets the order and the other undefined.
   */
  abstract changeStatus(orderId: string, from: OrderStatus, to: OrderStatus): Promise<Order | undefined>;

  abstract remove(orderId: string): Promise<void>;
}
