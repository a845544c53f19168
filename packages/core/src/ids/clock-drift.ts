/**
 * A clock that stepped back far.
 *
 * @publicApi
 */
export interface ClockDrift {
  /** How far the clock now lies behind where it has already been, in milliseconds. */
  readonly backwardMs: number;
  /** What the clock reads, in milliseconds since 1970. */
  readonly clockMs: number;
  /** The timestamp that ids go on from, in milliseconds since 1970. */
  readonly timestampMs: number;
}
