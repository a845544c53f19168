import { nextTurn } from '@catga/core/engine';

/** Promise callbacks of one item. */
type Settle<R> = { readonly resolve: (result: R) => void; readonly reject: (error: Error) => void };

/**
 * Batches the items of one turn of the event loop, in parts, so that no part blocks the server for long.
 * If `isOrdered`, items added during a batch wait for its replies: a part without a reply is re-sent, and must not be
 * overtaken.
 */
export class TurnBatch<T, R> {
  private items: T[] = [];
  private settlers: Settle<R>[] = [];
  private isScheduled = false;
  private partsUnderWay = 0;

  /** @param send resolves with a result for each item, in their order */
  constructor(
    private readonly send: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly limits: { readonly items: number; readonly bytes: number; readonly isOrdered: boolean },
    private readonly sizeOf: (item: T) => number,
  ) {}

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.items.push(item);
      this.settlers.push({ resolve, reject });
      if (this.isScheduled) return;
      this.isScheduled = true;
      void nextTurn().then(() => this.flush());
    });
  }

  /** Sends the items added so far. */
  flush(): void {
    this.isScheduled = false;
    if (this.limits.isOrdered && this.partsUnderWay > 0) return;
    const { items, settlers } = this;
    this.items = [];
    this.settlers = [];
    let from = 0;
    let bytes = 0;
    items.forEach((item, at) => {
      const size = this.sizeOf(item);
      if (at > from && (at - from >= this.limits.items || bytes + size > this.limits.bytes)) {
        this.sendPart(items.slice(from, at), settlers.slice(from, at));
        from = at;
        bytes = 0;
      }
      bytes += size;
    });
    if (items.length > from) this.sendPart(items.slice(from), settlers.slice(from));
  }

  private sendPart(items: readonly T[], settlers: readonly Settle<R>[]): void {
    this.partsUnderWay++;
    this.send(items).then(
      (results) => {
        this.answered();
        settlers.forEach(({ resolve }, at) => resolve(results[at] as R));
      },
      (error: Error) => {
        this.answered();
        settlers.forEach(({ reject }) => reject(error));
      },
    );
  }

  private answered(): void {
    this.partsUnderWay--;
    if (this.partsUnderWay === 0 && this.items.length > 0 && !this.isScheduled) this.flush();
  }
}
