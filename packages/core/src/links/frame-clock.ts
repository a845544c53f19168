/** Sequence numbers wrap at 32 bits and are compared by distance. */
const WRAP = 2 ** 32;
/** Half of the number space: a greater distance means an earlier frame. */
export const HALF_OF_FRAMES = WRAP / 2;

/** Distance from a number to a later one. */
export function framesBetween(earlier: number, later: number): number {
  return (later - earlier + WRAP) % WRAP;
}

/** The next number. */
export function nextFrame(sequence: number): number {
  return (sequence + 1) % WRAP;
}
