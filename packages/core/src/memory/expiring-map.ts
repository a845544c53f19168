/** Entry with its expiry, in monotonic milliseconds; the expiry may change. */
export interface Expiring {
  readonly expiresAtMs: number;
}

/** Expiry of an entry that has it. */
export function expiryOf({ expiresAtMs }: Expiring): number {
  return expiresAtMs;
}

/** Entries inspected for expiry by each `set`: more than one, so that cleaning outruns growth. */
const INSPECTED_PER_SET = 2;

/**
 * Map whose entries expire. No background sweep: expired entries are never returned, and each `set` inspects the next
 * few entries in turn, so the number of expired entries in memory is bounded by the number of live ones.
 */
export class ExpiringMap<V> {
  private readonly entries = new Map<string, V>();
  private inspection = this.entries.entries();

  /**
   * @param monotonicMs current monotonic time, in milliseconds
   * @param expiryOf expiry of an entry, in monotonic milliseconds; it may change
   */
  constructor(
    private readonly monotonicMs: () => number,
    private readonly expiryOf: (entry: V) => number,
  ) {}

  /** Number of entries in memory, including expired ones not yet removed. */
  get size(): number {
    return this.entries.size;
  }

  /** Expiry of an entry with this time to live, in monotonic milliseconds. */
  expiry(ttlMs: number): number {
    return this.monotonicMs() + ttlMs;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (this.expiryOf(entry) > this.monotonicMs()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  /** Sets or replaces the entry of a key. */
  set(key: string, entry: V): void {
    this.clean();
    this.entries.set(key, entry);
  }

  /** Returns whether there was a live entry. */
  delete(key: string): boolean {
    return this.get(key) !== undefined && this.entries.delete(key);
  }

  /** Inspects the next few entries and removes the expired ones. */
  clean(): void {
    const nowMs = this.monotonicMs();
    for (let inspected = 0; inspected < INSPECTED_PER_SET; inspected++) {
      const next = this.inspection.next();
      if (next.done === true) {
        this.inspection = this.entries.entries();
        return;
      }
      const [key, entry] = next.value;
      if (this.expiryOf(entry) <= nowMs) this.entries.delete(key);
    }
  }
}
