import type { LaneEntry } from './lane-entry.js';
import { SpilledPlaces } from './spilled-places.js';

/** How many events of one key are kept ready; of the others only where they are. */
const MOST_OF_KEY = 64;
/** With how few left the next are fetched. */
export const FEW_OF_KEY = 16;

/** The events of one key that a subscription is not done with, in their order. */
export class KeyLine {
  first: LaneEntry | undefined;
  private last: LaneEntry | undefined;
  /** How many are in memory. */
  size = 0;
  /** Where the others are. */
  private readonly spilled = new SpilledPlaces();

  constructor(readonly key: string) {}

  get isEmpty(): boolean {
    return this.first === undefined && !this.hasSpilled;
  }

  get hasSpilled(): boolean {
    return this.nextPlace !== undefined;
  }

  /** Whether the next event is to be left where it is. */
  get isLong(): boolean {
    return !this.hasRoom || this.hasSpilled;
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

  /** Takes one out that is not the first. */
  remove(entry: LaneEntry): void {
    let before = this.first;
    while (before !== undefined && before.next !== entry) before = before.next;
    if (before === undefined) return;
    before.next = entry.next;
    if (this.last === entry) this.last = before;
    this.size--;
  }

  /** The place of the event that is to be fetched next. */
  get nextPlace(): number | undefined {
    return this.spilled.first;
  }

  /** Whether more of it may be kept ready. */
  get hasRoom(): boolean {
    return this.size < MOST_OF_KEY;
  }

  spill(place: number): void {
    this.spilled.add(place);
  }

  /** The event at {@link nextPlace} was fetched, or is gone. */
  fetched(): void {
    this.spilled.dropFirst();
  }
}
