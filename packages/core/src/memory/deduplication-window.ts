import type { Expiring } from './expiring-map.js';
import { ExpiringMap, expiryOf } from './expiring-map.js';

/** Half the maximum size of a `Map`: a full window is an overload (`CATGA_OVERLOADED`), not a `RangeError`. */
export const MAX_REMEMBERED_IDS = 2 ** 23;

/** Recently seen message ids. Never forgets an id early: it is full instead. */
export class DeduplicationWindow {
  private readonly ids: ExpiringMap<Expiring>;

  constructor(
    monotonicMs: () => number,
    private readonly windowMs: number,
    private readonly capacity: number = MAX_REMEMBERED_IDS,
  ) {
    this.ids = new ExpiringMap(monotonicMs, expiryOf);
  }

  /** Whether there is no room for another id. Removes expired ids first. */
  get isFull(): boolean {
    if (this.ids.size < this.capacity) return false;
    this.ids.clean();
    return this.ids.size >= this.capacity;
  }

  has(messageId: string): boolean {
    return this.ids.get(messageId) !== undefined;
  }

  add(messageId: string): void {
    this.ids.set(messageId, { expiresAtMs: this.ids.expiry(this.windowMs) });
  }
}
