import { describeLaneStore } from '@catga/compliance';
import { TestClock } from '../../time/test-clock.js';
import { MemoryLaneLog } from './memory-lane-log.js';
import { MemoryRecordStore } from './memory-record-store.js';

const DEDUPLICATION_WINDOW_MS = 1000;

describeLaneStore('memory', {
  lanes: 4,
  deduplicationWindowMs: DEDUPLICATION_WINDOW_MS,
  create() {
    const clock = new TestClock();
    const log = new MemoryLaneLog(
      { lanes: 4, deduplicationWindowMs: DEDUPLICATION_WINDOW_MS, maxEvents: 100_000, maxIds: 100_000 },
      () => clock.monotonicMs(),
    );
    const records = new MemoryRecordStore();
    return Promise.resolve({
      clock,
      forget() {
        log.forget();
        return Promise.resolve();
      },
      connect: () => Promise.resolve({ log, records, close: () => Promise.resolve() }),
    });
  },
});
