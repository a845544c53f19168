import type { Clock } from '../ports/clock.js';
import type { OwnedCommands } from '../ports/queued-commands.js';
import { backgroundClock } from '../time/background-clock.js';
import { Timetable } from '../time/timetable.js';
import { MemoryDeadLetterStore } from './memory-dead-letter-store.js';
import type { ResolvedMemoryEngineOptions } from './memory-engine-options.js';
import { MemoryIdempotencyStore } from './memory-idempotency-store.js';
import { MemoryInbox } from './memory-inbox.js';
import { MAX_REMEMBERED_IDS } from './deduplication-window.js';
import { MemoryLaneLog } from './lanes/memory-lane-log.js';
import { MemoryRecordStore } from './lanes/memory-record-store.js';
import { MemoryQueue } from './memory-queue.js';
import { MemoryQueuedCommands } from './memory-queued-commands.js';
import { MemoryNodeDirectory } from './memory-node-directory.js';
import { MemoryStreamLog } from './memory-stream-log.js';
import { MemoryOutcomeLog } from './memory-outcome-log.js';
import { WorkerIds } from './worker-ids.js';

/** Data of one namespace. It outlives the connections. */
export class MemoryNamespace {
  readonly queue: MemoryQueue;
  readonly queued: MemoryQueuedCommands;
  /** How the open connections answer each other, where there are no links between them. */
  readonly answering = new Set<OwnedCommands>();
  readonly lanes: { readonly log: MemoryLaneLog; readonly records: MemoryRecordStore };
  /** Of packages on top of the engine. */
  readonly records = new MemoryRecordStore();
  /** Of packages on top of the engine. */
  readonly streams: MemoryStreamLog;
  readonly idempotency: MemoryIdempotencyStore;
  readonly inbox: MemoryInbox;
  readonly deadLetters: MemoryDeadLetterStore;
  readonly directory: MemoryNodeDirectory;
  readonly outcomes: MemoryOutcomeLog;
  readonly workerIds = new WorkerIds();

  constructor(options: ResolvedMemoryEngineOptions, clock: Clock, timetable: Timetable) {
    const monotonicMs = (): number => clock.monotonicMs();
    const { lanes, deduplicationWindowMs, maxStoredMessages: maxEvents } = options;
    this.queue = new MemoryQueue(options, clock, timetable);
    this.queued = new MemoryQueuedCommands(this.queue, clock);
    this.lanes = {
      log: new MemoryLaneLog(
        { lanes, deduplicationWindowMs, maxEvents, maxIds: MAX_REMEMBERED_IDS },
        monotonicMs,
      ),
      records: new MemoryRecordStore(),
    };
    this.idempotency = new MemoryIdempotencyStore(monotonicMs);
    this.inbox = new MemoryInbox(monotonicMs);
    this.deadLetters = new MemoryDeadLetterStore(monotonicMs);
    this.streams = new MemoryStreamLog(() => clock.now());
    this.outcomes = new MemoryOutcomeLog(monotonicMs);
    // That a node would lapse is no reason for its process to go on.
    this.directory = new MemoryNodeDirectory(monotonicMs, new Timetable(backgroundClock(clock)));
  }

  /** Loses the lanes and their records, as a broker without a disk does when it restarts. */
  forgetLanes(): void {
    this.lanes.records.forget();
    this.lanes.log.forget();
  }
}
