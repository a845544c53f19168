import type { LaneShare } from './lane-share.js';
import type { LaneTenure } from './lane-tenure.js';
import type { ProgressSection } from './progress-record.js';

/** What the hold on a lane needs of the node, and tells it. */
export interface LaneContext {
  /** Names this connection of this node, and no other one. */
  readonly session: string;
  /** For how long after a write events begin, in milliseconds. */
  readonly leaseMs: number;
  /** Whether what another node owns may be taken: after an outage it first records what was done there. */
  readonly mayTake: boolean;
  nowMs(): number;
  after(delayMs: number, run: () => void): void;
  /** Progress that nobody waits for, or that may not be written yet. */
  writeSometime(tenure: LaneTenure): void;
  /** This node owns a share from now on. */
  taken(share: LaneShare): void;
  /** A share was given back. */
  given(share: LaneShare): void;
  /** Another node has taken a share, or its subscription was dropped. */
  lost(share: LaneShare, section: ProgressSection | undefined): void;
  /** A share that this node did not own yet is not as it was when it was opened. */
  displaced(share: LaneShare): void;
  /** A share has begun so much that is not done that its room in the record of progress is filled. */
  filled(share: LaneShare): void;
  /** There is room for more to be read for a share. */
  roomFor(share: LaneShare): void;
  /** Events are gone that a share had left in the log, and had still to handle. */
  dropped(share: LaneShare, events: number): void;
  written(tenure: LaneTenure): void;
  failed(tenure: LaneTenure, reason: Error): void;
}
