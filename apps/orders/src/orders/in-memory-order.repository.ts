import { Injectable } from '@nestjs/common';
import type { OrderStatus } from '@catga/contracts';
import type { Order } from './order.js';
import type { OrderRepository } from './order.repository.js';

/** Orders in memory, lost when the process ends. */
@Injectable()
export class InMemoryOrderRepository implements OrderRepository {
  private readonly orders = new Map<string, Order>();

  add(order: Order): Promise<void> {
    this.orders.set(order.orderId, order);
    return Promise.resolve();
  }

  find(orderId: string): Promise<Order | undefined> {
    return Promise.resolve(this.orders.get(orderId));
  }

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
