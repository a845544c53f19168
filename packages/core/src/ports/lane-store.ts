import type { LaneLog } from './lane-log.js';
import type { RecordStore } from './record-store.js';

/** What an engine offers of durable events: the kernel makes subscriptions, order and progress of it. */
export interface LaneStore {
  readonly log: LaneLog;
  readonly records: RecordStore;
}
