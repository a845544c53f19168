import type { FrameTransit } from './frame-transit.js';

/** The way from one address to another, on which frames keep their order. */
export class FrameLink {
  private readonly underWay: Uint8Array[] = [];
  private lastDueMs = -Infinity;

  /** @param arrive told of each frame that reaches the far end */
  constructor(
    private readonly transit: FrameTransit,
    private readonly monotonicMs: () => number,
    private readonly arrive: (frame: Uint8Array) => void,
  ) {}

  /** Behind all before it, and no sooner than `delayMs` from now. */
  carry(frame: Uint8Array, delayMs: number): void {
    const nowMs = this.monotonicMs();
    this.lastDueMs = Math.max(nowMs + delayMs, this.lastDueMs);
    this.underWay.push(frame);
    this.transit.after(this.lastDueMs - nowMs, this.arriveNext);
  }

  /** By itself: others pass it. */
  carryAlone(frame: Uint8Array, delayMs: number): void {
    this.transit.after(delayMs, () => this.arrive(frame));
  }

  /** There is one call for each frame, so the line is right whichever way their times come up. */
  private readonly arriveNext = (): void => {
    const frame = this.underWay.shift();
    if (frame !== undefined) this.arrive(frame);
  };
}
