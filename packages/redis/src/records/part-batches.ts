import type { KeySpace } from '../connection/key-space.js';
import { TurnBatch } from '../connection/turn-batch.js';

/** Limits per script, so that it does not block the server for long. */
const AT_A_TIME = { items: 128, bytes: 1024 * 1024, isOrdered: false };

/** Batches record operations of one turn: one script per partition, since each is in one slot. */
export class PartBatches<T extends { readonly id: string }, R> {
  private readonly batches = new Map<number, TurnBatch<T, R>>();

  /** @param send gets the key prefix of the partition; resolves with a result per item, in order */
  constructor(
    private readonly keys: KeySpace,
    private readonly send: (prefix: string, items: readonly T[]) => Promise<readonly R[]>,
    private readonly sizeOf: (item: T) => number,
  ) {}

  add(item: T): Promise<R> {
    const part = this.keys.recordPart(item.id);
    let batch = this.batches.get(part);
    if (batch === undefined) {
      const prefix = this.keys.records(part);
      batch = new TurnBatch((items) => this.send(prefix, items), AT_A_TIME, this.sizeOf);
      this.batches.set(part, batch);
    }
    return batch.add(item);
  }
}
