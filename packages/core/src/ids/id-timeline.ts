import { CatgaError } from '../errors/catga-error.js';
import { callUserCode, describeThrown, warnOfUserCode } from '../errors/user-code.js';
import { lastTimestamp } from './id-layout.js';
import type { ResolvedIdsOptions } from './id-options.js';

/**
 * Maximum number of clock readings in a wait for the next millisecond. A running clock needs a
 * tenth of that; the limit is for a stopped one.
 */
const READINGS_PER_WAIT = 1_000_000;

const NEVER = -1;

/**
 * Monotonic time of the generator.
 *
 * - After a backward step of the clock, time stays at the last timestamp until the clock has caught up.
 * - When the sequence of a millisecond is exhausted, the next millisecond is borrowed. Elapsed time reduces the debt,
 *   so a clock that is an hour behind does not use up the allowance. At `maxBorrowMs` of debt the
 *   clock is read until it advances, usually a millisecond: a synchronous caller can only wait by spinning.
 */
export class IdTimeline {
  private readonly options: ResolvedIdsOptions;
  private readonly last: number;
  private current = NEVER;
  private reading = NEVER;
  private borrowedMs = 0;
  private reporting = false;
  private hasWarned = false;

  constructor(options: ResolvedIdsOptions) {
    this.options = options;
    this.last = lastTimestamp(options.layout);
  }

  /** Current millisecond since the layout's epoch; -1 before the first reading. */
  get timestamp(): number {
    return this.current;
  }

  /**
   * Reads the clock once and advances to its time, if that is later.
   * @throws CatgaError `CATGA_CONFIGURATION` when the clock's time does not fit the layout; then nothing changes.
   */
  read(): void {
    const now = Math.floor(this.options.clock.now()) - this.options.layout.epochMs;
    const previous = this.reading;
    this.refuseUnusable(now);
    this.reading = now;
    if (now > this.current) {
      this.current = now;
      this.borrowedMs = 0;
    } else if (now > previous) {
      this.borrowedMs = Math.max(0, this.borrowedMs - (now - previous));
    } else if (now < previous) {
      this.reportDrift(now);
    }
  }

  /**
   * Advances from a millisecond with an exhausted sequence.
   * @throws CatgaError `CATGA_OVERLOADED` when `maxBorrowMs` are borrowed and the clock does not advance,
   * `CATGA_CONFIGURATION` when the time exceeds the layout's range.
   */
  borrow(): void {
    const full = this.current;
    if (this.borrowedMs >= this.options.maxBorrowMs) this.waitForClock();
    if (this.current !== full) return;
    if (full >= this.last) throw this.unusable('The id layout has no later timestamp', full);
    this.current = full + 1;
    this.borrowedMs += 1;
  }

  private waitForClock(): void {
    const { maxBorrowMs } = this.options;
    const full = this.current;
    for (let readings = 0; readings < READINGS_PER_WAIT; readings++) {
      this.read();
      if (this.current !== full || this.borrowedMs < maxBorrowMs) return;
    }
    throw new CatgaError(
      'CATGA_OVERLOADED',
      `Ids are ${maxBorrowMs} ms ahead of a clock that does not advance`,
      {
        details: { maxBorrowMs, readings: READINGS_PER_WAIT },
      },
    );
  }

  private reportDrift(now: number): void {
    const { maxBackwardDriftMs, onClockDrift, layout } = this.options;
    const backwardMs = this.current - this.borrowedMs - now;
    if (backwardMs <= maxBackwardDriftMs || this.reporting) return;
    this.reporting = true;
    try {
      const drift = {
        backwardMs,
        clockMs: now + layout.epochMs,
        timestampMs: this.current + layout.epochMs,
      };
      callUserCode(() => onClockDrift(drift), this.callbackFailed);
    } finally {
      this.reporting = false;
    }
  }

  /** Reports the drift; generation continues. */
  private readonly callbackFailed = (thrown: unknown): void => {
    if (this.hasWarned) return;
    this.hasWarned = true;
    warnOfUserCode(`onClockDrift of CatgaIds failed: ${describeThrown(thrown)}`);
  };

  /** There is no earlier timestamp before the first id: a clock before the epoch would repeat ids at each start. */
  private refuseUnusable(now: number): void {
    if (now <= this.last && (now >= 0 || this.current !== NEVER)) return;
    throw this.unusable('The clock reads a time that the id layout cannot carry', now);
  }

  private unusable(message: string, timestamp: number): CatgaError {
    const { layout } = this.options;
    return new CatgaError('CATGA_CONFIGURATION', message, {
      details: {
        timestampMs: timestamp + layout.epochMs,
        epochMs: layout.epochMs,
        timestampBits: layout.timestampBits,
      },
    });
  }
}
