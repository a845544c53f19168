/** Item with a fixed position in an order. */
export interface Ordered {
  /** Unique; smaller is older. */
  readonly sequence: number;
}

/** Minimum number of empty slots at the front of the queue before it is compacted. */
const LEAST_COMPACTION = 1024;

/**
 * Priority queue by age. Items that arrive in order, as nearly all do, take constant time in a FIFO; items that come
 * back out of order wait in a heap beside it.
 */
export class OldestFirst<T extends Ordered> {
  private readonly line: (T | undefined)[] = [];
  private front = 0;
  private newest = -Infinity;
  private readonly heap: T[] = [];

  get size(): number {
    return this.line.length - this.front + this.heap.length;
  }

  add(item: T): void {
    if (item.sequence > this.newest) {
      this.newest = item.sequence;
      this.line.push(item);
    } else {
      this.rise(item);
    }
  }

  /** Removes and returns the oldest item. */
  take(): T | undefined {
    const inLine = this.line[this.front];
    const inHeap = this.heap[0];
    if (inHeap !== undefined && (inLine === undefined || inHeap.sequence < inLine.sequence)) {
      this.removeFromHeap();
      return inHeap;
    }
    if (inLine !== undefined) this.removeFromLine();
    return inLine;
  }

  private removeFromLine(): void {
    this.line[this.front++] = undefined;
    if (this.front === this.line.length) {
      this.line.length = 0;
      this.front = 0;
    } else if (this.front >= LEAST_COMPACTION && this.front * 2 >= this.line.length) {
      this.line.splice(0, this.front);
      this.front = 0;
    }
  }

  private rise(item: T): void {
    let place = this.heap.push(item) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.heap[above];
      if (parent === undefined || parent.sequence < item.sequence) break;
      this.heap[place] = parent;
      place = above;
    }
    this.heap[place] = item;
  }

  private removeFromHeap(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    let place = 0;
    for (;;) {
      const leftPlace = 2 * place + 1;
      const left = this.heap[leftPlace];
      if (left === undefined) break;
      const right = this.heap[leftPlace + 1];
      const rightIsOlder = right !== undefined && right.sequence < left.sequence;
      const child = rightIsOlder ? right : left;
      if (last.sequence < child.sequence) break;
      this.heap[place] = child;
      place = rightIsOlder ? leftPlace + 1 : leftPlace;
    }
    this.heap[place] = last;
  }
}
