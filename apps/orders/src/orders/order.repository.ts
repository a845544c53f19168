import { Injectable } from '@nestjs/common';
import type { OrderStatus } from '@catga/contracts';
import type { Order } from './order.js';

/** Keeps orders in memory. The methods are those a database would offer, so that it can take the place of this class. */
@Injectable()
export class OrderRepository {
  private readonly orders = new Map<string, Order>();

  add(order: Order): Promise<void> {
    this.orders.set(order.orderId, order);
    return Promise.resolve();
  }

  find(orderId: string): Promise<Order | undefined> {
    return Promise.resolve(this.orders.get(orderId));
  }

  /**
   * Compares and sets in one step (`UPDATE … SET status = to WHERE id = … AND status = from`): of two callers who want
   * the same change, one gets the order and the other undefined.
   */
  changeStatus(orderId: string, from: OrderStatus, to: OrderStatus): Promise<Order | undefined> {
    const order = this.orders.get(orderId);
    if (order?.status !== from) return Promise.resolve(undefined);
    const changed = { ...order, status: to };
    this.orders.set(orderId, changed);
    return Promise.resolve(changed);
  }

  remove(orderId: string): Promise<void> {
    this.orders.delete(orderId);
    return Promise.resolve();
  }
}
