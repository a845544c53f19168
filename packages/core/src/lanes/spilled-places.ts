import { MOST_EVENTS } from './event-frame.js';

/** Minimum number of fetched places before the array is compacted. */
const LEAST_COMPACTION = 1024;

/** Encodes a frame's position and an event's index as one number. */
export function placeOf(position: number, index: number): number {
  return position * MOST_EVENTS + index;
}

export function positionOf(place: number): number {
  return Math.floor(place / MOST_EVENTS);
}

/** Places of the events of one key that were left in the log, in order. */
export class SpilledPlaces {
  private places: number[] = [];
  private head = 0;

  get first(): number | undefined {
    return this.places[this.head];
  }

  add(place: number): void {
    this.places.push(place);
  }

  dropFirst(): void {
    this.head++;
    if (this.head === this.places.length) {
      this.places = [];
      this.head = 0;
    } else if (this.head >= LEAST_COMPACTION && this.head * 2 >= this.places.length) {
      this.places = this.places.slice(this.head);
      this.head = 0;
    }
  }
}
