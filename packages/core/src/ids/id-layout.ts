/**
 * Bit layout of the 63 usable bits of an id, and the epoch of its timestamp.
 *
 * @publicApi
 */
export interface IdLayout {
  /** Bits of milliseconds since `epochMs`, 1 to 52. They lead, so ids sort by time. */
  readonly timestampBits: number;
  /** Bits of worker id, 1 to 31: at most `2 ** workerBits` concurrent generators. */
  readonly workerBits: number;
  /** Bits of sequence, 1 to 30: up to `2 ** sequenceBits * 1000` ids a second per worker, sustained. */
  readonly sequenceBits: number;
  /** Epoch of the timestamps, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly epochMs: number;
}

/**
 * 41 bits of milliseconds since 2024-01-01T00:00:00Z (until September 2093), 10 bits of worker (1,024 workers),
 * 12 bits of sequence (4.1 million ids a second and worker). The sign bit of a 64-bit column stays free.
 * For more ids per worker, use fewer worker bits and more sequence bits.
 *
 * @publicApi
 */
export const DEFAULT_ID_LAYOUT: IdLayout = Object.freeze({
  timestampBits: 41,
  workerBits: 10,
  sequenceBits: 12,
  epochMs: Date.UTC(2024, 0, 1),
});

/** An id never uses the sign bit of a signed 64-bit integer. */
export const ID_BITS = 63;

/** Maximum time of a `Date`, in milliseconds since 1970. */
const LATEST_DATE_MS = 8.64e15;

/** Violations of rules across the fields of a layout; empty if there are none. */
export function layoutProblems(layout: IdLayout): readonly string[] {
  const problems: string[] = [];
  const bits = layout.timestampBits + layout.workerBits + layout.sequenceBits;
  if (bits > ID_BITS) {
    problems.push(`timestampBits, workerBits and sequenceBits add up to ${bits}; at most ${ID_BITS} fit`);
  }
  if (layout.epochMs + lastTimestamp(layout) > LATEST_DATE_MS) {
    problems.push('epochMs and timestampBits exceed the largest Date');
  }
  return problems;
}

/** The highest timestamp that fits, in milliseconds since the layout's epoch. */
export function lastTimestamp(layout: IdLayout): number {
  return 2 ** layout.timestampBits - 1;
}
