import type { LaneEntry } from './lane-entry.js';

/** How many events of one key are kept ready; of the others only where they are. */
export const MOST_OF_KEY = 64;
/** With how few left the next are fetched. */
export const FEW_OF_KEY = 16;

/** The events of one key that a subscription is not done with, in their order. */
export class KeyLine {
  first: LaneEntry | undefined;
  private last: LaneEntry | undefined;
  /** How many are in memory. */
  size = 0;
  /** Where the others are, in their order: each its position and its index. */
  readonly spilled: (readonly [position: number, index: number])[] = [];
  /** The first of {@link spilled} that is still to be fetched. */
  spilledFrom = 0;
  isRecalled = false;

  constructor(readonly key: string) {}

  get isEmpty(): boolean {
    return this.first === undefined && !this.hasSpilled;
  }

  get hasSpilled(): boolean {
    return this.spilledFrom < this.spilled.length;
  }

  /** Whether the next event is to be left where it is. */
  get isLong(): boolean {
    return this.size >= MOST_OF_KEY || this.hasSpilled;
  }

  /** Returns whether it is the first. */
  add(entry: LaneEntry): boolean {
    this.size++;
    if (this.last === undefined) {
      this.first = entry;
      this.last = entry;
      return true;
    }
    this.last.next = entry;
    this.last = entry;
    return false;
  }

  /** The first is done. Returns the one whose turn it is. */
  advance(): LaneEntry | undefined {
    this.size--;
    this.first = this.first?.next;
    if (this.first === undefined) this.last = undefined;
    return this.first;
  }

  /** The places of those that are to be fetched next. */
  nextSpilled(): readonly (readonly [position: number, index: number])[] {
    return this.spilled.slice(this.spilledFrom, this.spilledFrom + MOST_OF_KEY - this.size);
  }

  fetched(): void {
    this.spilledFrom++;
    if (this.spilledFrom < this.spilled.length) return;
    this.spilled.length = 0;
    this.spilledFrom = 0;
  }
}
