import type { DeadLetterFilter } from '../contracts/dead-letter.js';
import { factsOfDeadLetter, matchesDeadLetter } from '../engine-kit/dead-letter-match.js';
import type {
  DeadLetterKey,
  DeadLetterRange,
  DeadLetterStore,
  StoredDeadLetter,
  StoredDeadLetterPage,
} from '../ports/dead-letter-store.js';
import { comparePositions, fromCursor, toCursor } from '../reliability/dead-letter-cursor.js';
import type { DeadLetterPosition } from '../reliability/dead-letter-cursor.js';
import { ExpiringMap, expiryOf } from './expiring-map.js';
import type { Expiring } from './expiring-map.js';

interface KeptLetter extends DeadLetterPosition, Expiring {
  readonly letter: StoredDeadLetter;
}

/** Minimum number of removed letters before the list is compacted. */
const LEAST_COMPACTION = 32;

/** Dead letters of one namespace. */
export class MemoryDeadLetterStore implements DeadLetterStore {
  private readonly kept: ExpiringMap<KeptLetter>;
  /** Sorted by `comparePositions`. May contain removed letters, which are no longer in `kept`. */
  private order: KeptLetter[] = [];
  private lastSequence = 0;

  constructor(monotonicMs: () => number) {
    this.kept = new ExpiringMap<KeptLetter>(monotonicMs, expiryOf);
  }

  put(letter: StoredDeadLetter, ttlMs: number): Promise<void> {
    const sequence = this.kept.get(letter.id)?.sequence ?? ++this.lastSequence;
    const failedAtMs = letter.failure.failedAt.getTime();
    const kept: KeptLetter = { letter, failedAtMs, sequence, expiresAtMs: this.kept.expiry(ttlMs) };
    this.kept.set(letter.id, kept);
    this.insert(kept);
    return Promise.resolve();
  }

  get(id: string): Promise<StoredDeadLetter | undefined> {
    return Promise.resolve(this.kept.get(id)?.letter);
  }

  async list(
    filter: DeadLetterFilter,
    range: DeadLetterRange,
  ): Promise<StoredDeadLetterPage<StoredDeadLetter>> {
    return this.page(filter, range);
  }

  async keys(filter: DeadLetterFilter, range: DeadLetterRange): Promise<StoredDeadLetterPage<DeadLetterKey>> {
    const { items, next } = this.page(filter, range);
    return { items: items.map(({ id, subscription }) => ({ id, subscription })), next };
  }

  remove(id: string): Promise<boolean> {
    return Promise.resolve(this.kept.delete(id));
  }

  private page(
    filter: DeadLetterFilter,
    { limit, after }: DeadLetterRange,
  ): StoredDeadLetterPage<StoredDeadLetter> {
    const items: StoredDeadLetter[] = [];
    let last: KeptLetter | undefined;
    const from = after === undefined ? 0 : this.placeAfter(fromCursor(after));
    for (let place = from; place < this.order.length; place++) {
      const candidate = this.order[place];
      if (
        candidate === undefined ||
        !this.isKept(candidate) ||
        !matchesDeadLetter(factsOfDeadLetter(candidate.letter), filter)
      )
        continue;
      if (last !== undefined && items.length === limit) return { items, next: toCursor(last) };
      items.push(candidate.letter);
      last = candidate;
    }
    return { items, next: undefined };
  }

  private isKept(candidate: KeptLetter): boolean {
    return this.kept.get(candidate.letter.id) === candidate;
  }

  private insert(kept: KeptLetter): void {
    if (this.order.length >= 2 * this.kept.size + LEAST_COMPACTION) {
      this.order = this.order.filter((candidate) => this.isKept(candidate));
    }
    const place = this.placeAfter(kept);
    if (place === this.order.length) this.order.push(kept);
    else this.order.splice(place, 0, kept);
  }

  /** Index of the first letter after a position. */
  private placeAfter(position: DeadLetterPosition): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const candidate = this.order[middle];
      if (candidate !== undefined && comparePositions(candidate, position) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
