import type { NodeAddress } from '../../ports/links.js';

/** Fate of a frame. Every sent frame is finally delivered, dropped or unreachable; a duplicated frame is so twice. */
export type FrameFate =
  /** Left its node. */
  | 'sent'
  /** Reached its node, which may be paused. */
  | 'delivered'
  /** Lost at random, or because its link is cut. */
  | 'dropped'
  /** Will arrive a second time. */
  | 'duplicated'
  /** Held back, so that later frames overtake it. */
  | 'reordered'
  /** Nobody listens at its address; the sender is told. */
  | 'unreachable';

/** Event in the life of a frame. */
export interface FrameEvent {
  readonly fate: FrameFate;
  readonly from: NodeAddress;
  readonly to: NodeAddress;
  /** The frame itself; must not be changed. */
  readonly frame: Uint8Array;
  /** Monotonic milliseconds of the network's clock. */
  readonly atMs: number;
}

/** Number of frames for each {@link FrameFate}. */
export type FrameCounts = Readonly<Record<FrameFate, number>>;

/** Counts of a new network. */
export function noFrames(): Record<FrameFate, number> {
  return { sent: 0, delivered: 0, dropped: 0, duplicated: 0, reordered: 0, unreachable: 0 };
}
