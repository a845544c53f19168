import type { FrameTransit } from './frame-transit.js';

/** Link from one address to another; frames keep their order. */
export class FrameLink {
  private readonly underWay: Uint8Array[] = [];
  private lastDueMs = -Infinity;

  /** @param arrive called for each frame that arrives */
  constructor(
    private readonly transit: FrameTransit,
    private readonly monotonicMs: () => number,
    private readonly arrive: (frame: Uint8Array) => void,
  ) {}

  /** Sends a frame behind all earlier ones, after at least `delayMs`. */
  carry(frame: Uint8Array, delayMs: number): void {
    const nowMs = this.monotonicMs();
    this.lastDueMs = Math.max(nowMs + delayMs, this.lastDueMs);
    this.underWay.push(frame);
    this.transit.after(this.lastDueMs - nowMs, this.arriveNext);
  }

  /** Sends a frame that others may overtake. */
  carryAlone(frame: Uint8Array, delayMs: number): void {
    this.transit.after(delayMs, () => this.arrive(frame));
  }

  /** Called once for each frame, so the order holds whichever timer fires first. */
  private readonly arriveNext = (): void => {
    const frame = this.underWay.shift();
    if (frame !== undefined) this.arrive(frame);
  };
}
