import type { OrderHistoryEntry } from '@catga/contracts';

/** Read model of the events of each order. Only event handlers write to it. */
export abstract class OrderHistory {
  /** Records an entry once. @param effectKey the same for every delivery of one event */
  abstract record(orderId: string, effectKey: string, entry: OrderHistoryEntry): Promise<void>;

  /** Entries of an order, in the order of recording. */
  abstract of(orderId: string): Promise<readonly OrderHistoryEntry[]>;
}
