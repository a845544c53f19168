import type { Provider } from '@nestjs/common';
import type { Outbox } from '@catga/core/outbox';

/** Providers that depend on the storage of orders and their history. */
export interface OrdersStorage {
  /** The repository of orders, and the handlers that change them. */
  readonly orders: readonly Provider[];
  /** The history, and the handler that writes it. */
  readonly history: readonly Provider[];
  /** Outbox of the events; undefined if they are sent directly. */
  readonly outbox: Outbox | undefined;
}
