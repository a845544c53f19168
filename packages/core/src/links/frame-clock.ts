/** Numbers of frames wrap at 32 bits; the distance between two of them is what counts. */
const WRAP = 2 ** 32;
/** Half of the number space: what lies further on is taken to lie behind. */
export const HALF_OF_FRAMES = WRAP / 2;

/** How many frames lie between a number and a later one. */
export function framesBetween(earlier: number, later: number): number {
  return (later - earlier + WRAP) % WRAP;
}

/** The number after this one. */
export function nextFrame(sequence: number): number {
  return (sequence + 1) % WRAP;
}
