import type { KeySpace } from '../connection/key-space.js';
import { TurnBatch } from '../connection/turn-batch.js';

/** How much one script changes, so that it does not hold the server up. */
const AT_A_TIME = { items: 128, bytes: 1024 * 1024, isOrdered: false };

/** What is asked of records in one turn: a script for each part that they lie in, since one part lies in one slot. */
export class PartBatches<T extends { readonly id: string }, R> {
  private readonly batches = new Map<number, TurnBatch<T, R>>();

  /** @param send is told what the keys of the part begin with; resolves with a result for each item, in their order */
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
