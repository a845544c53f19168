import { Injectable } from '@nestjs/common';
import type { OrderHistoryEntry } from '@catga/contracts';

/** The read model: what happened to each order. Only event handlers write to it. */
@Injectable()
export class OrderHistory {
  private readonly entries = new Map<string, Map<string, OrderHistoryEntry>>();

  /** An event may be delivered again, so it is recorded once by the key of the effect. */
  record(orderId: string, effectKey: string, entry: OrderHistoryEntry): void {
    const ofOrder = this.entries.get(orderId) ?? new Map<string, OrderHistoryEntry>();
    this.entries.set(orderId, ofOrder);
    if (!ofOrder.has(effectKey)) ofOrder.set(effectKey, entry);
  }

  /** In the order of recording. */
  of(orderId: string): readonly OrderHistoryEntry[] {
    return [...(this.entries.get(orderId)?.values() ?? [])];
  }
}
