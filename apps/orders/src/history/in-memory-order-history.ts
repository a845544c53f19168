import { Injectable } from '@nestjs/common';
import type { OrderHistoryEntry } from '@catga/contracts';
import type { OrderHistory } from './order-history.js';

/** History in memory, lost when the process ends. */
@Injectable()
export class InMemoryOrderHistory implements OrderHistory {
  private readonly entries = new Map<string, Map<string, OrderHistoryEntry>>();

  record(orderId: string, effectKey: string, entry: OrderHistoryEntry): Promise<void> {
    const ofOrder = this.entries.get(orderId) ?? new Map<string, OrderHistoryEntry>();
    this.entries.set(orderId, ofOrder);
    if (!ofOrder.has(effectKey)) ofOrder.set(effectKey, entry);
    return Promise.resolve();
  }

  of(orderId: string): Promise<readonly OrderHistoryEntry[]> {
    return Promise.resolve([...(this.entries.get(orderId)?.values() ?? [])]);
  }
}
