import type { LaneStore, PagedRecordStore, TestClock } from '@catga/core/engine';

/** Empty lane store of one case. */
export interface LaneStoreUnderTest {
  /** Opens another connection, closed after the case. */
  connect(): Promise<LaneStore & { readonly records: PagedRecordStore; close(): Promise<void> }>;
  /** Test clock of the store, if it has one; without it the cases wait in real time. */
  readonly clock?: TestClock;
  /** Loses everything, as a broker without a disk does when it restarts. If missing, those cases are left out. */
  forget?(): Promise<void>;
  stop?(): Promise<void>;
}

/** What an engine supplies to run the suite. */
export interface LaneStoreHarness {
  /** Number of lanes of the logs: at least 2. */
  readonly lanes: number;
  /** Deduplication window, in milliseconds: as short as the engine measures reliably. */
  readonly deduplicationWindowMs: number;
  /** Creates an empty store. */
  create(): Promise<LaneStoreUnderTest>;
}
