import { InMemoryOrderHistory } from '../history/in-memory-order-history.js';
import { OrderHistory } from '../history/order-history.js';
import { RecordOrderHistory } from '../history/record-order-history.handler.js';
import { CreateOrderHandler } from '../orders/create-order.handler.js';
import { InMemoryOrderRepository } from '../orders/in-memory-order.repository.js';
import { OrderRepository } from '../orders/order.repository.js';
import { ShipOrderHandler } from '../orders/ship-order.handler.js';
import type { OrdersStorage } from './storage.js';

/** Storage in memory, lost when the process ends. */
export const IN_MEMORY: OrdersStorage = {
  orders: [
    { provide: OrderRepository, useClass: InMemoryOrderRepository },
    CreateOrderHandler,
    ShipOrderHandler,
  ],
  history: [{ provide: OrderHistory, useClass: InMemoryOrderHistory }, RecordOrderHistory],
  outbox: undefined,
};
