import type { OrderLine } from './order-line.js';

export type OrderStatus = 'placed' | 'shipped';

/** Order as clients see it. */
export interface OrderView {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly lines: readonly OrderLine[];
  /** In cents. */
  readonly total: number;
}
