import type { NodeAddress } from '../../ports/links.js';

/**
 * What became of a frame. Each that was sent is in the end delivered, dropped or unreachable; a duplicated one is so
 * twice.
 */
export type FrameFate =
  /** Left its node. */
  | 'sent'
  /** Reached its node, which may be paused. */
  | 'delivered'
  /** Lost by chance, or because its link is cut. */
  | 'dropped'
  /** Will arrive a second time. */
  | 'duplicated'
  /** Held back, so that later ones pass. */
  | 'reordered'
  /** Nobody listens at its address; the sender is told. */
  | 'unreachable';

/** Something that happened to a frame. */
export interface FrameEvent {
  readonly fate: FrameFate;
  readonly from: NodeAddress;
  readonly to: NodeAddress;
  /** The frame itself: not to be changed. */
  readonly frame: Uint8Array;
  /** Monotonic milliseconds of the network's clock. */
  readonly atMs: number;
}

/** How many frames each {@link FrameFate} has met. */
export type FrameCounts = Readonly<Record<FrameFate, number>>;

/** Counts of a network that carried nothing yet. */
export function noFrames(): Record<FrameFate, number> {
  return { sent: 0, delivered: 0, dropped: 0, duplicated: 0, reordered: 0, unreachable: 0 };
}
