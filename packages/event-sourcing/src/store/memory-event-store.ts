import { MemoryRecordStore } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import type {
  Appended,
  Checkpoint,
  EventPage,
  EventStorage,
  EventStore,
  EventStoreClient,
  NewEvent,
  ProjectionStore,
  RecordedEvent,
  Snapshot,
  SnapshotStore,
  SubjectKeys,
} from './event-store.js';
import { RecordProjections } from './records/record-projections.js';
import { RecordSubjectKeys } from './records/record-subject-keys.js';
import {
  checkAppend,
  checkPage,
  checkRead,
  checkStream,
  conflictError,
  noCheckpointError,
} from './store-arguments.js';

/** In-memory event store of one namespace. */
class MemoryEventStore implements EventStore {
  private readonly streams = new Map<string, RecordedEvent[]>();
  private readonly all: RecordedEvent[] = [];
  private readonly saved = new Map<string, Snapshot>();

  readonly snapshots: SnapshotStore = {
    load: async (stream, stateVersion) => this.saved.get(`${stateVersion}/${stream}`),
    save: async (stream, stateVersion, snapshot) => {
      const key = `${stateVersion}/${stream}`;
      if ((this.saved.get(key)?.version ?? 0) < snapshot.version) this.saved.set(key, snapshot);
    },
  };

  private readonly place = { records: new MemoryRecordStore() };
  readonly keys: SubjectKeys = new RecordSubjectKeys(this.place);
  readonly projections: ProjectionStore;

  constructor(private readonly clock: Pick<Clock, 'now' | 'monotonicMs'>) {
    this.projections = new RecordProjections(this.place, clock);
  }

  async append(stream: string, events: readonly NewEvent[], expected: number | 'any'): Promise<Appended> {
    checkAppend(stream, events, expected);
    const stored = this.streams.get(stream) ?? [];
    if (expected !== 'any' && expected !== stored.length) throw conflictError(stream, expected);
    const recordedAt = new Date(this.clock.now());
    for (const event of events) {
      const recorded: RecordedEvent = Object.freeze({
        ...event,
        stream,
        version: stored.length + 1,
        checkpoint: String(this.all.length + 1),
        recordedAt,
      });
      stored.push(recorded);
      this.all.push(recorded);
    }
    this.streams.set(stream, stored);
    return { version: stored.length, checkpoint: String(this.all.length) };
  }

  async *read(stream: string, fromVersion = 1): AsyncIterable<RecordedEvent> {
    checkRead(stream, fromVersion);
    yield* this.streams.get(stream)?.slice(fromVersion - 1) ?? [];
  }

  async readAll(after: Checkpoint | undefined, limit: number): Promise<EventPage> {
    checkPage(limit);
    const from = after === undefined ? 0 : placeOf(after);
    const events = this.all.slice(from, from + limit);
    return { events, next: String(from + events.length) };
  }

  isBefore(one: Checkpoint, other: Checkpoint): boolean {
    return placeOf(one) < placeOf(other);
  }

  async findDecision(stream: string, decision: string): Promise<RecordedEvent | undefined> {
    checkStream(stream);
    return this.streams.get(stream)?.find((event) => event.decision?.id === decision);
  }
}

/**
 * In-memory event store, for tests and demos; its events are lost with the process. Nodes that share the storage share its streams, by
 * namespace. The events of a decision are published after the append.
 *
 * @publicApi
 */
export function memoryEventStore(): EventStorage {
  const stores = new Map<string, MemoryEventStore>();
  return Object.freeze({
    name: 'memory',
    async open({ namespace, clock }: EventStoreClient) {
      const store = stores.get(namespace) ?? new MemoryEventStore(clock);
      stores.set(namespace, store);
      return store;
    },
  });
}

function placeOf(checkpoint: Checkpoint): number {
  if (!/^(0|[1-9]\d{0,14})$/.test(checkpoint)) throw noCheckpointError(checkpoint);
  return Number(checkpoint);
}
