import type { Clock } from '../ports/clock.js';

/** Something to be done at a time. */
export interface TimetableEntry {
  /** Monotonic milliseconds at which it is due. */
  readonly dueMs: number;
  readonly run: () => void;
  /** Grows with each entry: what is due at the same moment runs in the order it was added. */
  readonly order: number;
  /** Where it stands in the heap; -1 once it ran or was taken out. */
  position: number;
}

function isBefore(a: TimetableEntry, b: TimetableEntry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/**
 * All that waits for a time, in one binary heap with one timer for the earliest entry: a deadline costs no timer of
 * its own. Adding a deadline later than the others, and taking one out, are cheap.
 */
export class Timetable {
  private readonly heap: TimetableEntry[] = [];
  private cancelTimer: (() => void) | undefined;
  private armedForMs = Infinity;
  private added = 0;

  constructor(private readonly clock: Clock) {}

  /** How many entries wait. */
  get size(): number {
    return this.heap.length;
  }

  /** Runs `run` once, `delayMs` from now. */
  after(delayMs: number, run: () => void): TimetableEntry {
    const entry: TimetableEntry = {
      dueMs: this.clock.monotonicMs() + Math.max(0, delayMs),
      run,
      order: this.added++,
      position: this.heap.length,
    };
    this.heap.push(entry);
    this.rise(entry);
    if (entry.dueMs < this.armedForMs) this.arm();
    return entry;
  }

  /** Takes an entry out; no effect once it ran. */
  remove(entry: TimetableEntry): void {
    const { position } = entry;
    if (position < 0) return;
    entry.position = -1;
    const last = this.heap.pop();
    if (last !== undefined && last !== entry) {
      this.place(last, position);
      this.rise(last);
      this.sink(last);
    }
    if (this.heap.length === 0) this.disarm();
  }

  /** Drops everything without running it. */
  clear(): void {
    for (const entry of this.heap) entry.position = -1;
    this.heap.length = 0;
    this.disarm();
  }

  private readonly tick = (): void => {
    this.cancelTimer = undefined;
    this.armedForMs = Infinity;
    const nowMs = this.clock.monotonicMs();
    const addedBefore = this.added;
    try {
      for (let first = this.heap[0]; first !== undefined; first = this.heap[0]) {
        // What an entry adds for "now" waits for the next tick, as with any timer.
        if (first.dueMs > nowMs || first.order >= addedBefore) break;
        this.remove(first);
        first.run();
      }
    } finally {
      this.arm();
    }
  };

  private arm(): void {
    const first = this.heap[0];
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

  private place(entry: TimetableEntry, position: number): void {
    this.heap[position] = entry;
    entry.position = position;
  }

  private rise(entry: TimetableEntry): void {
    while (entry.position > 0) {
      const parentPosition = (entry.position - 1) >> 1;
      const parent = this.heap[parentPosition];
      if (parent === undefined || !isBefore(entry, parent)) return;
      this.place(parent, entry.position);
      this.place(entry, parentPosition);
    }
  }

  private sink(entry: TimetableEntry): void {
    for (;;) {
      const leftPosition = 2 * entry.position + 1;
      const left = this.heap[leftPosition];
      if (left === undefined) return;
      const right = this.heap[leftPosition + 1];
      const smaller = right !== undefined && isBefore(right, left) ? right : left;
      if (isBefore(entry, smaller)) return;
      const below = smaller.position;
      this.place(smaller, entry.position);
      this.place(entry, below);
    }
  }
}
