import type { Clock, PagedRecordStore, StreamLog } from '@catga/core/engine';
import type { SqlExecutor } from '@catga/sql';

/**
 * Position in the global order of a store's events. Opaque text, valid only for the store that returned it.
 *
 * @publicApi
 */
export type Checkpoint = string;

/** Record of the decision that made events, so that a repeated command appends once. */
export interface DecisionRecord {
  /** Name and message id of the command, joined. */
  readonly id: string;
  /** Number of its events, which are consecutive in the stream. */
  readonly size: number;
  /** Encoded result of the command; absent if it has none. */
  readonly result?: Uint8Array;
}

/** An encoded event to append. */
export interface NewEvent {
  /** Wire name. */
  readonly name: string;
  readonly body: Uint8Array;
  /** Name of the serializer of the body. */
  readonly serializer: string;
  /** Headers of the event: text by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Present on the first event of a decision. */
  readonly decision?: DecisionRecord;
}

/**
 * A stored event.
 *
 * @publicApi
 */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** Number in the stream, from 1. */
  readonly version: number;
  readonly checkpoint: Checkpoint;
  readonly recordedAt: Date;
}

/**
 * Result of an append.
 *
 * @publicApi
 */
export interface Appended {
  /** Version of the stream after the append. */
  readonly version: number;
  /** Checkpoint of the last event. */
  readonly checkpoint: Checkpoint;
}

/**
 * Page of all events.
 *
 * @publicApi
 */
export interface EventPage {
  readonly events: readonly RecordedEvent[];
  /** Checkpoint of the next page; for an empty page that of this one. */
  readonly next: Checkpoint;
}

/**
 * Stored events that readers of all events do not get yet, because a transaction is open.
 *
 * @publicApi
 */
export interface HeldUpEvents {
  /** Time when the oldest of them was recorded. */
  readonly oldestAt: Date;
  /** Its age by the clock of the store, in milliseconds. */
  readonly waitingMs: number;
  /** Describes the transaction for a log; undefined if it has ended. */
  by(): Promise<string | undefined>;
}

/** State of a stream, encoded. */
export interface Snapshot {
  /** Version of the stream. */
  readonly version: number;
  readonly state: Uint8Array;
  /** Name of the serializer of the state. */
  readonly serializer: string;
}

/**
 * Snapshots of states. They are an optimization: losing one is harmless.
 *
 * Contract:
 * - One for each stream and version of the state's class. `save` replaces an older snapshot, never a newer one.
 * - `save` has no effect in an open transaction, which may be rolled back.
 */
export interface SnapshotStore {
  load(stream: string, stateVersion: number): Promise<Snapshot | undefined>;
  save(stream: string, stateVersion: number, snapshot: Snapshot): Promise<void>;
}

/**
 * Encryption keys of persons, by their ids.
 *
 * Contract:
 * - `create` stores a key unless the person has one, and returns the stored key.
 * - `erase` deletes the key for good. False if there is none. The store holds no copies of it.
 */
export interface SubjectKeys {
  find(subject: string): Promise<Uint8Array | undefined>;
  create(subject: string, key: Uint8Array): Promise<Uint8Array>;
  erase(subject: string): Promise<boolean>;
}

/** `running`, `paused` by an operator, or `stopped` at an event that failed. */
export type ProjectionStatus = 'running' | 'paused' | 'stopped';

/**
 * Role of a build: the one that is read (`live`), one that is catching up and will replace it (`building`), or one of another version that
 * was replaced by a later build (`replaced`).
 *
 * @publicApi
 */
export type BuildRole = 'building' | 'live' | 'replaced';

/** A build of a read model. */
export interface BuildKey {
  readonly name: string;
  /** Number of the build, from 1, across the versions of the projection. */
  readonly build: number;
}

/** A build of a read model, and its progress. */
export interface StoredProjection extends BuildKey {
  readonly version: number;
  readonly role: BuildRole;
  readonly status: ProjectionStatus;
  /** Error that stopped it. */
  readonly problem: string | undefined;
  /** Undefined at the beginning. */
  readonly checkpoint: Checkpoint | undefined;
  readonly changedAt: Date;
}

/** Creates the tables of a build. */
export type BuildSetUp = (build: number, tx: SqlExecutor | undefined) => Promise<void>;

/**
 * Progress of projections.
 *
 * Contract:
 * - `begin` creates a build of a version, before all events, unless the version has one. It returns all builds of the version, oldest first.
 * - `rebuild` creates a further build of a version, unless one of it is `building`, which is returned then. A build and what its `setUp` does are
 *   committed together.
 * - `advance` moves a build from a checkpoint to the next, and runs `work` in the same transaction: both or neither. False, without an effect,
 *   if it is not running, not at `from`, or another `advance` has moved it first; it rejects with the error of `work`. A store without
 *   transactions runs `work` first: what it did may come again.
 * - `goLive` makes a build the live one, at the checkpoint that `work` returns, in one transaction in which the live one does not
 *   move; older builds of its version are retired and no longer listed. False, without an effect, unless it is running, `building` and at `from`.
 * - `forgetRetired` deletes retired builds, and calls `drop` for each, once no open transaction may still use it. Resolves with whether none is left.
 * - `setStatus` changes the status if the build still is as expected. False if it is not.
 */
export interface ProjectionStore {
  begin(name: string, version: number, setUp?: BuildSetUp): Promise<readonly StoredProjection[]>;
  rebuild(name: string, version: number, setUp?: BuildSetUp): Promise<StoredProjection>;
  list(): Promise<readonly StoredProjection[]>;
  /** @param work gets the transaction, if the store has one */
  advance(
    key: BuildKey,
    from: Checkpoint | undefined,
    to: Checkpoint,
    work: (tx: SqlExecutor | undefined) => Promise<void>,
  ): Promise<boolean>;
  goLive(
    key: BuildKey,
    from: Checkpoint | undefined,
    work: (tx: SqlExecutor | undefined) => Promise<Checkpoint | undefined>,
  ): Promise<boolean>;
  /** Absent if the store deletes replaced builds at once. */
  forgetRetired?(name: string, drop: (build: number, tx: SqlExecutor) => Promise<void>): Promise<boolean>;
  setStatus(
    key: BuildKey,
    to: { readonly status: ProjectionStatus; readonly problem?: string },
    expected: { readonly status?: ProjectionStatus; readonly checkpoint?: Checkpoint | undefined },
  ): Promise<boolean>;
  /** Absent if the store has no inline projections. */
  readonly inline?: InlineProgress;
}

/** Handles the events of a stream after the version `from`, up to `to`. */
export type StreamWork = (tx: SqlExecutor, build: StoredBuild, from: number, to: number) => Promise<void>;

/** Build that handles an event. */
export type StoredBuild = Pick<StoredProjection, 'build' | 'role'>;

/**
 * Progress of inline projections by stream: an append advances a stream to its new version, and events appended without them are handled
 * later. Each build handles each event of a stream once, in the order of versions, on any node.
 *
 * Contract:
 * - `take` runs in the open transaction of an append to the stream, and calls `work` for each running build of the version.
 * - `catchUp` does the same for one build, in its own transaction, which locks the stream against appends.
 * - Both move the progress in the transaction of `work`.
 * - `behind` returns the streams in which a build is behind these versions.
 * - `isTakenAlong` tells whether all open transactions of appends know a build: false while one may have begun before it.
 * - `late` returns the streams in which the live build of its version is ahead of it.
 */
export interface InlineProgress {
  take(name: string, version: number, stream: string, to: number, work: StreamWork): Promise<void>;
  catchUp(key: BuildKey, stream: string, work: StreamWork): Promise<void>;
  behind(key: BuildKey, versions: ReadonlyMap<string, number>): Promise<readonly string[]>;
  isTakenAlong(key: BuildKey): Promise<boolean>;
  late(key: BuildKey): Promise<readonly string[]>;
}

/**
 * Append-only streams of events.
 *
 * Contract:
 * - `append` stores all events or none, with consecutive versions. It joins the open transaction of {@link inTransaction}. `CATGA_CONFLICT`
 * if the stream does not have the `expected` version (0: empty). Of concurrent appends that expect the same version exactly one succeeds.
 * - `read` yields the events of a stream in the order of their versions, as of some moment after the call.
 * - `readAll` returns the events of all streams. An event appears after every checkpoint returned before it became visible, whatever the
 * order in which writers begin and commit: reading from checkpoint to checkpoint neither misses nor repeats events. Events of one stream
 * are in the order of their versions. Uncommitted events are not returned.
 * - Invalid arguments are refused: `CATGA_VALIDATION_FAILED` for the name of a stream, else `CATGA_CONFIGURATION`.
 *
 * @publicApi
 */
export interface EventStore {
  /** @param expected version of the stream; `'any'` skips the check */
  append(stream: string, events: readonly NewEvent[], expected: number | 'any'): Promise<Appended>;
  /** @param fromVersion first version to read; 1 by default */
  read(stream: string, fromVersion?: number): AsyncIterable<RecordedEvent>;
  /**
   * @param after `next` of the page before; undefined for the beginning
   * @param limit maximum number of events, 1 to 10,000; a page may have fewer although there are more
   */
  readAll(after: Checkpoint | undefined, limit: number): Promise<EventPage>;
  /** Whether one checkpoint is before another. `CATGA_CONFIGURATION` for an invalid checkpoint. */
  isBefore(one: Checkpoint, other: Checkpoint): boolean;
  /**
   * Checkpoint after the last event. A store without transactions needs it so that events are published even if their node is killed after
   * the append.
   */
  end?(): Promise<Checkpoint>;
  /** Stored events that {@link readAll} does not return yet; undefined if there are none. Absent if the store has no such delay. */
  heldUp?(): Promise<HeldUpEvents | undefined>;
  /** The first event of a decision; undefined if the stream has none of it. */
  findDecision(stream: string, decision: string): Promise<RecordedEvent | undefined>;
  /** Absent if the store has no snapshots. */
  readonly snapshots?: SnapshotStore;
  /** Absent if the store does not support personal data. */
  readonly keys?: SubjectKeys;
  /** Absent if the store has no projections. */
  readonly projections?: ProjectionStore;
  /**
   * Runs `work` in a transaction, or in the caller's open one; {@link append} and the outbox join it. Absent if the store has no
   * transactions.
   * @param work gets a function that schedules a task after the outermost commit
   */
  inTransaction?<T>(work: (afterCommit: (task: () => void) => void) => Promise<T>): Promise<T>;
  /** Releases the store's own resources. May be called twice. */
  close?(): Promise<void>;
}

/** Streams and records of an engine. Both throw `CATGA_SHUTTING_DOWN` while the node is not connected. */
export interface EngineStores {
  readonly streams: StreamLog;
  readonly records: PagedRecordStore;
}

/** The node that opens a store. Streams are isolated by namespace. */
export interface EventStoreClient {
  readonly namespace: string;
  readonly clock: Clock;
  /** Resolves a provider of the application by its token. */
  resolve(token: unknown): unknown;
  /** Stores of the node's engine; absent without a node. */
  readonly engine?: EngineStores;
}

/**
 * Storage of events; the argument of `CatgaEventSourcingModule.forRoot({ storage })`.
 *
 * @publicApi
 */
export interface EventStorage {
  readonly name: string;
  /** Database of its transactions, which must be that of the outbox; absent for a store without transactions. */
  readonly database?: object;
  /** Database of the projections, if it is another one. */
  readonly readModels?: object;
  /** Whether events are stored in the engine of the node, which must then support event streams. */
  readonly isInEngine?: boolean;
  /** Opens the store. `CATGA_CONFIGURATION` if it cannot be used. */
  open(client: EventStoreClient): Promise<EventStore>;
}
