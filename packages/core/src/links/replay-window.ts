import { HALF_OF_FRAMES, framesBetween } from './frame-clock.js';

/** Size of the window in which late frames are distinguished from duplicates. */
const WINDOW = 1024;

/** Maximum acknowledged count: each frame repeats the acknowledgement. */
const MOST_IN_A_ROW = WINDOW;

/** Duplicate detection of a peer's frames. */
export class ReplayWindow {
  private readonly seen = new Uint32Array(WINDOW);
  private highest = 0;
  private inARow = 0;
  private isEmpty = true;

  /** Greatest received number; 0 before the first. */
  get last(): number {
    return this.highest;
  }

  /** Number of consecutive received frames up to the latest one. */
  get count(): number {
    return this.inARow;
  }

  /** Whether the frame is new. A frame older than the window counts as a duplicate. The first number is arbitrary. */
  accept(sequence: number): boolean {
    if (this.isEmpty) this.highest = sequence === 0 ? 2 ** 32 - 1 : sequence - 1;
    this.isEmpty = false;
    const ahead = framesBetween(this.highest, sequence);
    if (ahead >= HALF_OF_FRAMES && framesBetween(sequence, this.highest) >= WINDOW) return false;
    const place = sequence % WINDOW;
    if (this.seen[place] === sequence && sequence !== 0) return false;
    if (ahead === 0) return false;
    this.seen[place] = sequence;
    if (ahead < HALF_OF_FRAMES) {
      this.inARow = ahead === 1 ? Math.min(this.inARow + 1, MOST_IN_A_ROW) : 1;
      this.highest = sequence;
    }
    return true;
  }
}
