import type { LaneShare } from './lane-share.js';
import type { LaneTenure } from './lane-tenure.js';
import type { ProgressSection } from './progress-record.js';

/** Services and callbacks of the node for the tenure of a lane. */
export interface LaneContext {
  /** Unique id of this connection of this node. */
  readonly session: string;
  /** Lease after a write during which events may begin, in milliseconds. */
  readonly leaseMs: number;
  /** Whether lanes of other nodes may be taken over: after an outage they first get time to record their progress. */
  readonly mayTake: boolean;
  nowMs(): number;
  after(delayMs: number, run: () => void): void;
  /** Schedules a write of progress without a waiter, or one that may not be written yet. */
  writeSometime(tenure: LaneTenure): void;
  /** Called when this node has become the owner of a share. */
  taken(share: LaneShare): void;
  /** Called when a share was given back. */
  given(share: LaneShare): void;
  /** Called when another node has taken a share, or its subscription was dropped. */
  lost(share: LaneShare, section: ProgressSection | undefined): void;
  /** Called when an unowned share has changed since it was opened. */
  displaced(share: LaneShare): void;
  /** Called when unfinished events of a share fill its room in the record of progress. */
  filled(share: LaneShare): void;
  /** Called when more can be read for a share. */
  roomFor(share: LaneShare): void;
  /** Called when events are gone that a share had left in the log and not handled. */
  dropped(share: LaneShare, events: number): void;
  written(tenure: LaneTenure): void;
  failed(tenure: LaneTenure, reason: Error): void;
}
