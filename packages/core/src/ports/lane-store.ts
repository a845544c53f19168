import type { LaneLog } from './lane-log.js';
import type { RecordStore } from './record-store.js';

/** Storage of an engine for durable events; the kernel implements subscriptions, ordering and progress on it. */
export interface LaneStore {
  readonly log: LaneLog;
  readonly records: RecordStore;
}
