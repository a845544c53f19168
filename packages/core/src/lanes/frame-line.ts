import { MOST_EVENTS, SHARED_FRAME_BYTES } from './event-frame.js';
import type { EventFrame, LaneEvent } from './event-frame.js';

/** Result for the caller of `append`. */
export interface Appended {
  readonly duplicate: boolean;
}

/** An event waiting for its frame. */
export interface WaitingEvent {
  readonly event: LaneEvent;
  /** Settle the promise of `append`. */
  readonly resolve: (appended: Appended) => void;
  readonly reject: (reason: Error) => void;
  /** Increasing number of the event. */
  readonly number: number;
  /** Upper bound of its size in a frame. */
  readonly mostBytes: number;
  /** Id of its own frame, if it does not share one. */
  readonly ownId: string | undefined;
  /** Earlier frame to re-send for it. */
  readonly again: EventFrame | undefined;
}

/** Queue of events waiting for one lane, or for any. */
export class FrameLine {
  private waiting: WaitingEvent[] = [];
  private head = 0;

  /** @param lane undefined: any */
  constructor(readonly lane: number | undefined) {}

  get isEmpty(): boolean {
    return this.head === this.waiting.length;
  }

  add(event: WaitingEvent): void {
    this.waiting.push(event);
  }

  /** Takes the events up to a number. */
  takeUpTo(number: number): WaitingEvent[] {
    const { waiting, head } = this;
    let end = head;
    while ((waiting[end]?.number ?? Infinity) <= number) end++;
    this.waiting = waiting.slice(end);
    this.head = 0;
    return waiting.slice(head, end);
  }

  /** Takes the events of the next frame, in order: one with its own frame, or as many as fit. */
  take(mostBytes: number): WaitingEvent[] {
    const { waiting, head } = this;
    const most = Math.min(SHARED_FRAME_BYTES, mostBytes);
    let bytes = 0;
    let end = head;
    for (; end < waiting.length && end - head < MOST_EVENTS; end++) {
      const next = waiting[end];
      if (next === undefined) break;
      bytes += next.mostBytes;
      const isAlone = next.ownId !== undefined || next.again !== undefined;
      if (end > head && (isAlone || bytes > most)) break;
      if (isAlone) {
        end++;
        break;
      }
    }
    if (head === 0 && end === waiting.length) {
      this.waiting = [];
      return waiting;
    }
    const taken = waiting.slice(head, end);
    if (end === waiting.length) {
      this.waiting = [];
      this.head = 0;
    } else if (end >= 4096 && end * 2 >= waiting.length) {
      this.waiting = waiting.slice(end);
      this.head = 0;
    } else this.head = end;
    return taken;
  }
}
