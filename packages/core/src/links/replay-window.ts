import { HALF_OF_FRAMES, framesBetween } from './frame-clock.js';

/** How many frames back a late one is still told from a repeated one. */
const WINDOW = 1024;

/** More need not be told: what is acknowledged is told again with each frame. */
const MOST_IN_A_ROW = WINDOW;

/** Says of each frame from a peer whether it came before, so that a doubled frame has no effect. */
export class ReplayWindow {
  private readonly seen = new Uint32Array(WINDOW);
  private highest = 0;
  private inARow = 0;
  private isEmpty = true;

  /** The greatest number that came; 0 before the first. */
  get last(): number {
    return this.highest;
  }

  /** How many frames in a row came for certain, the last one of them. */
  get count(): number {
    return this.inARow;
  }

  /** Whether the frame is new. One that is older than the window is taken for a repeated one. Numbers begin anywhere. */
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
