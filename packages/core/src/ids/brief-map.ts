/** How many additions there are at least between two sweeps. */
const LEAST_ADDITIONS = 64;

/**
 * Map for values that come and go, few at a time. A `Map` allocates its table anew whenever it becomes empty; here what is gone is
 * taken out together with others, once as many were added as are left.
 */
export class BriefMap<V extends object> {
  private entries = new Map<string, V | undefined>();
  private additions = 0;
  private mostAdditions = LEAST_ADDITIONS;

  /** @param isOver whether a value is gone though nobody has deleted it */
  constructor(private readonly isOver: (value: V) => boolean = () => false) {}

  /** Number of entries in memory. */
  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    return value === undefined || this.isOver(value) ? undefined : value;
  }

  set(key: string, value: V): void {
    if (++this.additions > this.mostAdditions) this.sweep();
    this.entries.set(key, value);
  }

  delete(key: string): void {
    if (this.entries.get(key) !== undefined) this.entries.set(key, undefined);
  }

  private sweep(): void {
    const left = new Map<string, V>();
    for (const [key, value] of this.entries)
      if (value !== undefined && !this.isOver(value)) left.set(key, value);
    this.entries = left;
    this.additions = 0;
    this.mostAdditions = Math.max(LEAST_ADDITIONS, left.size);
  }
}
