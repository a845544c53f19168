import type { Clock } from '../ports/clock.js';
import { backgroundClock } from '../time/background-clock.js';
import { Timetable } from '../time/timetable.js';

/** The time of the lanes of one node: one timer for all of it, which keeps no process alive. */
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

  /** Runs it every so often, until the lanes are closed. */
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
