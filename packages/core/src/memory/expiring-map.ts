/** What says itself when it is gone, in monotonic milliseconds; it may change. */
export interface Expiring {
  readonly expiresAtMs: number;
}

/** How many entries each `set` looks at for cleaning: more than one, so that cleaning outruns growth. */
const INSPECTED_PER_SET = 2;

/**
 * A map whose entries are gone after their time to live. Nothing sweeps it in the background: an expired entry is never
 * seen, and each `set` inspects the next few entries in turn, so the expired ones that still take room are bounded by
 * the living.
 */
export class ExpiringMap<V extends Expiring> {
  private readonly entries = new Map<string, V>();
  private inspection = this.entries.entries();

  /** @param monotonicMs reads the time, in milliseconds that never step back */
  constructor(private readonly monotonicMs: () => number) {}

  /** How many entries take room, expired ones that were not met yet included. */
  get size(): number {
    return this.entries.size;
  }

  /** When an entry is gone that is kept for so long from now. */
  expiry(ttlMs: number): number {
    return this.monotonicMs() + ttlMs;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAtMs > this.monotonicMs()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  /** Keeps an entry in place of what the key had. */
  set(key: string, entry: V): void {
    this.clean();
    this.entries.set(key, entry);
  }

  /** Whether there was one. */
  delete(key: string): boolean {
    return this.get(key) !== undefined && this.entries.delete(key);
  }

  /** Drops a few expired entries, if the next ones in turn are. */
  clean(): void {
    const nowMs = this.monotonicMs();
    for (let inspected = 0; inspected < INSPECTED_PER_SET; inspected++) {
      const next = this.inspection.next();
      if (next.done === true) {
        this.inspection = this.entries.entries();
        return;
      }
      const [key, entry] = next.value;
      if (entry.expiresAtMs <= nowMs) this.entries.delete(key);
    }
  }
}
