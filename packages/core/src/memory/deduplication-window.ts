import { IdArchive } from './id-archive.js';

/** How many ids are remembered at most: beyond that it is an overload (`CATGA_OVERLOADED`). */
export const MAX_REMEMBERED_IDS = 2 ** 23;

/** Recently seen message ids, each with a number. Never forgets an id early: it is full instead. */
export class DeduplicationWindow {
  private readonly ids: IdArchive;

  constructor(
    monotonicMs: () => number,
    private readonly windowMs: number,
    private readonly capacity: number = MAX_REMEMBERED_IDS,
  ) {
    this.ids = new IdArchive(monotonicMs);
  }

  /** Whether there is no room for another id. Removes expired ids first. */
  get isFull(): boolean {
    if (this.ids.size < this.capacity) return false;
    this.ids.clean();
    return this.ids.size >= this.capacity;
  }

  /** What an id was added with; undefined if it was not seen in the window. */
  get(id: string): number | undefined {
    return this.ids.find(id) ? this.ids.value : undefined;
  }

  add(id: string, value = 0): void {
    if (this.windowMs > 0) this.ids.add(id, value, this.windowMs);
  }
}
