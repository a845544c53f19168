import { CatgaError } from '../errors/catga-error.js';
import { callUserCode, describeThrown, warnOfUserCode } from '../errors/user-code.js';
import { lastTimestamp } from './id-layout.js';
import type { ResolvedIdsOptions } from './id-options.js';

/**
 * How often the clock is read, at most, in waiting for its next millisecond. A clock that runs shows it within a
 * tenth of that; the bound is for one that stands still.
 */
const READINGS_PER_WAIT = 1_000_000;

const NEVER = -1;

/**
 * The generator's own time: the clock's, except that it never goes back.
 *
 * - A clock that steps back is ridden out: time stands at the last timestamp until the clock has caught up.
 * - A millisecond whose sequence is used up borrows the next one. What is borrowed is a debt that passing time
 *   pays back, so a clock that stands an hour behind does not use the allowance up. At `maxBorrowMs` of debt the
 *   clock is read until it has moved, a millisecond as a rule: a synchronous caller can only wait by spinning.
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

  /** The millisecond that ids are made in, counted from the layout's epoch; -1 before the first reading. */
  get timestamp(): number {
    return this.current;
  }

  /**
   * Reads the clock once and moves on to its time, if that is later.
   * @throws CatgaError `CATGA_CONFIGURATION` when the clock reads what no id can carry; nothing has changed then.
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
   * Moves on from a millisecond whose sequence is used up.
   * @throws CatgaError `CATGA_OVERLOADED` when `maxBorrowMs` are borrowed and the clock stands still,
   * `CATGA_CONFIGURATION` when the layout's time has run out.
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

  /** Ids go on: the callback is told of the clock, and decides nothing. */
  private readonly callbackFailed = (thrown: unknown): void => {
    if (this.hasWarned) return;
    this.hasWarned = true;
    warnOfUserCode(`onClockDrift of CatgaIds failed: ${describeThrown(thrown)}`);
  };

  /** Before the first id there is nothing to ride out on: a clock before the epoch would repeat ids at each start. */
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
