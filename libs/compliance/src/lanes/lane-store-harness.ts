import type { LaneStore, TestClock } from '@catga/core/engine';

/** A lane store that is empty at first, for one case. */
export interface LaneStoreUnderTest {
  /** Another connection to it. It is closed after the case. */
  connect(): Promise<LaneStore & { close(): Promise<void> }>;
  /** The clock that the store lives by, if its time can be moved; without one the cases wait for real time. */
  readonly clock?: TestClock;
  /** Forgets everything, as a broker without a disk does when it restarts. Without it those cases are left out. */
  forget?(): Promise<void>;
  stop?(): Promise<void>;
}

/** What an engine supplies to join the suite. */
export interface LaneStoreHarness {
  /** How many lanes the logs of the cases have: at least 2. */
  readonly lanes: number;
  /** For how long an id is remembered, in milliseconds: as short as the engine measures it reliably. */
  readonly deduplicationWindowMs: number;
  /** A store that holds nothing of an earlier case. */
  create(): Promise<LaneStoreUnderTest>;
}
