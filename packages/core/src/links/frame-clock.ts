/** Numbers of frames wrap at 32 bits; the distance between two of them is what counts. */
const WRAP = 2 ** 32;

/** How many frames lie between a number and a later one. */
export function framesBetween(earlier: number, later: number): number {
  return (later - earlier + WRAP) % WRAP;
}

/** The number after this one. */
export function nextFrame(sequence: number): number {
  return (sequence + 1) % WRAP;
}
