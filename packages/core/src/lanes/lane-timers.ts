import type { Clock } from '../ports/clock.js';
import { backgroundClock } from '../time/background-clock.js';
import { Timetable } from '../time/timetable.js';

/** Timers of the lanes of one node, on a single timer that does not keep the process alive. */
export class LaneTimers {
  private readonly timetable: Timetable;
  private isClosed = false;

  constructor(
    private readonly clock: Clock,
    onFailure: (thrown: unknown) => void,
  ) {
    this.timetable = new Timetable(backgroundClock(clock), onFailure);
  }

  nowMs(): number {
    return this.clock.monotonicMs();
  }

  after(delayMs: number, run: () => void): void {
    if (!this.isClosed) this.timetable.after(delayMs, run);
  }

  /** Runs a task periodically until the lanes are closed. */
  every(intervalMs: number, run: () => void): void {
    this.after(intervalMs, () => {
      this.every(intervalMs, run);
      run();
    });
  }

  close(): void {
    this.isClosed = true;
    this.timetable.clear();
  }
}
