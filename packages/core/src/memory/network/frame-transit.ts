import type { Timetable } from '../../time/timetable.js';

/** How many frames arrive in one turn of the event loop before timers, input and output get their turn. */
const ARRIVALS_PER_TURN = 256;

/**
 * Lets frames arrive: never within the call that sent them, those without delay in the same turn of the event loop and
 * in the order they were sent.
 */
export class FrameTransit {
  private ready: (() => void)[] = [];
  private arrivedInTurn = 0;
  private isScheduled = false;

  constructor(private readonly timetable: Timetable) {}

  /** Runs `arrive` once, `delayMs` from now, or as soon as the caller has returned. */
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
      // What one listener throws is its own fault; the frames behind it still arrive.
      if (arrived < batch.length) this.ready = [...batch.slice(arrived), ...this.ready];
      this.isScheduled = false;
      this.schedule();
    }
  };
}
