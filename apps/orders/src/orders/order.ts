import type { OrderLine, OrderView } from '@catga/contracts';

/** A stored order. */
export type Order = OrderView;

/** A new order. Amounts are whole cents, so that sums are exact. */
export function placeOrder(orderId: string, customerId: string, lines: readonly OrderLine[]): Order {
  const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  return { orderId, customerId, status: 'placed', lines, total };
}
