import type { Timetable } from '../../time/timetable.js';

/** Arrivals per turn of the event loop, before timers and I/O run. */
const ARRIVALS_PER_TURN = 256;

/**
 * Schedules arrivals: never within the sending call; frames without delay in the same turn of the event loop, in
 * sending order.
 */
export class FrameTransit {
  private ready: (() => void)[] = [];
  private arrivedInTurn = 0;
  private isScheduled = false;

  constructor(private readonly timetable: Timetable) {}

  /** Calls `arrive` once, after `delayMs` or as soon as the caller has returned. */
  after(delayMs: number, arrive: () => void): void {
    if (delayMs > 0) {
      this.timetable.after(delayMs, arrive);
    } else {
      this.ready.push(arrive);
      this.schedule();
    }
  }

  private schedule(): void {
    if (this.isScheduled || this.ready.length === 0) return;
    this.isScheduled = true;
    if (this.arrivedInTurn < ARRIVALS_PER_TURN) queueMicrotask(this.arrive);
    else setImmediate(this.arriveInNewTurn);
  }

  private readonly arriveInNewTurn = (): void => {
    this.arrivedInTurn = 0;
    this.arrive();
  };

  private readonly arrive = (): void => {
    const batch = this.ready;
    let arrived = 0;
    this.ready = [];
    try {
      for (const next of batch) {
        if (this.arrivedInTurn >= ARRIVALS_PER_TURN) break;
        this.arrivedInTurn++;
        arrived++;
        next();
      }
    } finally {
      // If a listener throws, the frames behind it still arrive.
      if (arrived < batch.length) this.ready = [...batch.slice(arrived), ...this.ready];
      this.isScheduled = false;
      this.schedule();
    }
  };
}
