import type { Provider } from '@nestjs/common';
import type { Outbox } from '@catga/core/outbox';

/** What depends on where orders and their history are kept. */
export interface OrdersStorage {
  /** The repository of orders, and the handlers that change them. */
  readonly orders: readonly Provider[];
  /** The history, and the handler that writes it. */
  readonly history: readonly Provider[];
  /** Where events wait to be sent; undefined if they are sent at once. */
  readonly outbox: Outbox | undefined;
}
