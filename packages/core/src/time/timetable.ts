import type { Clock } from '../ports/clock.js';
import { nextTurn } from './next-turn.js';

/** A scheduled entry. */
export interface TimetableEntry {
  /** Monotonic milliseconds at which it is due. */
  readonly dueMs: number;
  /** Kept by the timetable: what is due at the same moment runs in the order it was added. */
  order: number;
  /** Kept by the timetable: false once it ran or was taken out. */
  isWaiting: boolean;
  run(): void;
}

/** A heap smaller than this is not worth cleaning. */
const CLEANED_FROM = 64;

function isBefore(a: TimetableEntry, b: TimetableEntry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/**
 * Scheduler: one binary heap with one timer for the earliest entry, so that deadlines need no timers of
 * their own. Adding a latest deadline is cheap; a removed entry stays in the heap until most of
 * the heap is removed entries.
 */
export class Timetable {
  private heap: TimetableEntry[] = [];
  private waiting = 0;
  private cancelTimer: (() => void) | undefined;
  private armedForMs = Infinity;
  private added = 0;
  /** Whether the timer is to be cancelled unless something is added. */
  private isResting = false;

  /** @param onFailure told of what an entry throws; without it that goes to the clock's timer, and so ends the process */
  constructor(
    private readonly clock: Clock,
    private readonly onFailure?: (thrown: unknown) => void,
  ) {}

  /** Number of pending entries. */
  get size(): number {
    return this.waiting;
  }

  /** Monotonic milliseconds now. */
  get nowMs(): number {
    return this.clock.monotonicMs();
  }

  /** Runs `run` once, `delayMs` from now. */
  after(delayMs: number, run: () => void): TimetableEntry {
    const dueMs = this.clock.monotonicMs() + Math.max(0, delayMs);
    const entry: TimetableEntry = { dueMs, order: 0, isWaiting: false, run };
    this.add(entry);
    return entry;
  }

  /** Runs an entry once, when it is due: one that is kept for another reason anyway costs nothing of its own. */
  add(entry: TimetableEntry): void {
    entry.order = this.added++;
    entry.isWaiting = true;
    this.heap.push(entry);
    this.rise(entry);
    this.waiting++;
    if (entry.dueMs < this.armedForMs) this.arm();
  }

  /** Removes an entry; no effect after it ran. */
  remove(entry: TimetableEntry): void {
    if (!entry.isWaiting) return;
    entry.isWaiting = false;
    this.waiting--;
    if (this.heap.at(-1) === entry) this.heap.pop();
    if (this.waiting === 0) this.rest();
    else if (this.heap.length > CLEANED_FROM && this.heap.length > 2 * this.waiting) this.clean();
  }

  /** Drops everything without running it. */
  clear(): void {
    for (const entry of this.heap) entry.isWaiting = false;
    this.heap = [];
    this.waiting = 0;
    this.disarm();
  }

  private readonly tick = (): void => {
    this.cancelTimer = undefined;
    this.armedForMs = Infinity;
    const nowMs = this.clock.monotonicMs();
    const addedBefore = this.added;
    try {
      for (let first = this.first(); first !== undefined; first = this.first()) {
        // What an entry adds for "now" waits for the next tick, as with any timer.
        if (first.dueMs > nowMs || first.order >= addedBefore) break;
        this.remove(first);
        this.first(); // Out of the heap: it may add itself again.
        this.runNow(first);
      }
    } finally {
      this.arm();
    }
  };

  /** Runs an entry; its failure does not affect others. */
  private runNow(entry: TimetableEntry): void {
    if (this.onFailure === undefined) return entry.run();
    try {
      entry.run();
    } catch (thrown) {
      this.onFailure(thrown);
    }
  }

  /** The earliest pending entry. */
  private first(): TimetableEntry | undefined {
    for (let first = this.heap[0]; first !== undefined; first = this.heap[0]) {
      if (first.isWaiting) return first;
      const last = this.heap.pop();
      if (last !== undefined && last !== first) this.sink(last, 0);
    }
    return undefined;
  }

  /**
   * Nothing is pending. The timer is kept until the next turn of the event loop: of requests that follow each other each
   * would set and cancel one.
   */
  private rest(): void {
    if (this.heap.length > 0) this.heap = [];
    if (this.isResting) return;
    this.isResting = true;
    void nextTurn().then(this.disarmIfEmpty);
  }

  private readonly disarmIfEmpty = (): void => {
    this.isResting = false;
    if (this.waiting === 0) this.disarm();
  };

  /** Drops removed entries. */
  private clean(): void {
    this.heap = this.heap.filter(({ isWaiting }) => isWaiting);
    for (let position = (this.heap.length >> 1) - 1; position >= 0; position--) {
      const entry = this.heap[position];
      if (entry !== undefined) this.sink(entry, position);
    }
  }

  private arm(): void {
    const first = this.first();
    if (first === undefined || first.dueMs >= this.armedForMs) return;
    this.disarm();
    this.armedForMs = first.dueMs;
    // Rounded up: a timer that fires a fraction early would find nothing due and spin.
    this.cancelTimer = this.clock.setTimer(
      Math.max(0, Math.ceil(first.dueMs - this.clock.monotonicMs())),
      this.tick,
    );
  }

  private disarm(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.armedForMs = Infinity;
  }

  /** Moves the last entry up to where it belongs. */
  private rise(entry: TimetableEntry): void {
    const { heap } = this;
    let position = heap.length - 1;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[position] = parent;
      position = above;
    }
    heap[position] = entry;
  }

  /** Puts an entry at a position or as far below as it belongs. */
  private sink(entry: TimetableEntry, from: number): void {
    const { heap } = this;
    let position = from;
    for (;;) {
      let below = 2 * position + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        below++;
      }
      if (isBefore(entry, child)) break;
      heap[position] = child;
      position = below;
    }
    heap[position] = entry;
  }
}
