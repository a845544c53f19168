/**
 * Report of a clock that stepped back.
 *
 * @publicApi
 */
export interface ClockDrift {
  /** Difference between the clock's latest time and its current time, in milliseconds. */
  readonly backwardMs: number;
  /** Current time of the clock, in milliseconds since 1970. */
  readonly clockMs: number;
  /** Timestamp from which ids continue, in milliseconds since 1970. */
  readonly timestampMs: number;
}
