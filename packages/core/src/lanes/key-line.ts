import type { LaneEntry } from './lane-entry.js';
import { SpilledPlaces } from './spilled-places.js';

/** Maximum number of events of one key in memory; of further ones only the places are kept. */
const MOST_OF_KEY = 64;
/** Number of remaining events at which the next are fetched. */
export const FEW_OF_KEY = 16;

/** Queue of the unfinished events of one key of a subscription, in order. */
export class KeyLine {
  first: LaneEntry | undefined;
  private last: LaneEntry | undefined;
  /** Number of events in memory. */
  size = 0;
  /** Places of the other events. */
  private readonly spilled = new SpilledPlaces();

  constructor(readonly key: string) {}

  get isEmpty(): boolean {
    return this.first === undefined && !this.hasSpilled;
  }

  get hasSpilled(): boolean {
    return this.nextPlace !== undefined;
  }

  /** Whether the next event has to stay in the log. */
  get isLong(): boolean {
    return !this.hasRoom || this.hasSpilled;
  }

  /** Adds an event. Returns whether it is the first. */
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

  /** Removes the finished first event. Returns the next one. */
  advance(): LaneEntry | undefined {
    this.size--;
    this.first = this.first?.next;
    if (this.first === undefined) this.last = undefined;
    return this.first;
  }

  /** Removes an event that is not the first. */
  remove(entry: LaneEntry): void {
    let before = this.first;
    while (before !== undefined && before.next !== entry) before = before.next;
    if (before === undefined) return;
    before.next = entry.next;
    if (this.last === entry) this.last = before;
    this.size--;
  }

  /** Place of the next event to fetch. */
  get nextPlace(): number | undefined {
    return this.spilled.first;
  }

  /** Whether more events may be kept in memory. */
  get hasRoom(): boolean {
    return this.size < MOST_OF_KEY;
  }

  spill(place: number): void {
    this.spilled.add(place);
  }

  /** Called when the event at {@link nextPlace} was fetched or is gone. */
  fetched(): void {
    this.spilled.dropFirst();
  }
}
