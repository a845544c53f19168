import type { Timetable, TimetableEntry } from '../../time/timetable.js';

/** Pause of a relay until its next round. */
export class RelayPause {
  private entry: TimetableEntry | undefined;

  constructor(
    private readonly timetable: Timetable,
    private readonly wake: () => void,
  ) {}

  get isOn(): boolean {
    return this.entry !== undefined;
  }

  /** Wakes the relay `delayMs` from now, instead of when it was to be woken before. */
  begin(delayMs: number): void {
    this.end();
    this.entry = this.timetable.after(delayMs, () => {
      this.entry = undefined;
      this.wake();
    });
  }

  /** Ends it without waking the relay. */
  end(): void {
    if (this.entry !== undefined) this.timetable.remove(this.entry);
    this.entry = undefined;
  }
}
