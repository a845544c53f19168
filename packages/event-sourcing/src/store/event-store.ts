import type { Clock, PagedRecordStore, StreamLog } from '@catga/core/engine';
import type { SqlExecutor } from '@catga/sql';

/**
 * Place in the order of all events of a store. Opaque text: it means something to the store that gave it, and to no other.
 *
 * @publicApi
 */
export type Checkpoint = string;

/** What a store remembers of the decision that made events, so that the same command appends once. */
export interface DecisionRecord {
  /** Name and message id of the command, joined. */
  readonly id: string;
  /** Number of its events, which follow each other in the stream. */
  readonly size: number;
  /** What the command was answered, encoded; absent if with nothing. */
  readonly result?: Uint8Array;
}

/** An event to be appended, encoded. */
export interface NewEvent {
  /** Wire name. */
  readonly name: string;
  readonly body: Uint8Array;
  /** Name of the serializer of the body. */
  readonly serializer: string;
  /** Facts beside the event: text by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** On the first event of a decision. */
  readonly decision?: DecisionRecord;
}

/**
 * A stored event.
 *
 * @publicApi
 */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** Its number in the stream: 1 is the first one. */
  readonly version: number;
  readonly checkpoint: Checkpoint;
  readonly recordedAt: Date;
}

/**
 * What was appended.
 *
 * @publicApi
 */
export interface Appended {
  /** Version of the stream now. */
  readonly version: number;
  /** Place of the last event. */
  readonly checkpoint: Checkpoint;
}

/**
 * A page of all events.
 *
 * @publicApi
 */
export interface EventPage {
  readonly events: readonly RecordedEvent[];
  /** Where the next page begins; for an empty page where this one began. */
  readonly next: Checkpoint;
}

/**
 * Events that are stored, and that a reader of all events does not get yet.
 *
 * @publicApi
 */
export interface HeldUpEvents {
  /** When the oldest of them was recorded. */
  readonly oldestAt: Date;
  /** How long ago that is, by the clock of the store, in milliseconds. */
  readonly waitingMs: number;
  /** Who holds them up, for a log; undefined if nobody does any more. */
  by(): Promise<string | undefined>;
}

/** State of a stream, encoded. */
export interface Snapshot {
  /** Version of the stream that it is the state of. */
  readonly version: number;
  readonly state: Uint8Array;
  /** Name of the serializer of the state. */
  readonly serializer: string;
}

/**
 * Snapshots of states, beside the streams: each may be lost, and none is ever needed.
 *
 * Contract:
 * - One for each stream and version of the class of its state. `save` replaces an older one, and has no effect where there is a newer one.
 * - `save` has no effect in an open transaction, which may be rolled back.
 */
export interface SnapshotStore {
  load(stream: string, stateVersion: number): Promise<Snapshot | undefined>;
  save(stream: string, stateVersion: number, snapshot: Snapshot): Promise<void>;
}

/**
 * Keys of persons, by the id of the person.
 *
 * Contract:
 * - `create` stores a key unless the person has one, and returns the one that is there.
 * - `erase` deletes it for good. False if there is none. Copies of it are nowhere in the store.
 */
export interface SubjectKeys {
  find(subject: string): Promise<Uint8Array | undefined>;
  create(subject: string, key: Uint8Array): Promise<Uint8Array>;
  erase(subject: string): Promise<boolean>;
}

/** `running`, `paused` by an operator, or `stopped` at an event that it could not take. */
export type ProjectionStatus = 'running' | 'paused' | 'stopped';

/**
 * What a build of a read model is: the one that is read (`live`), one that takes its place as soon as it has come as far
 * (`building`), or one of another version, after which a later one went live (`replaced`).
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

/** A build of a read model, and how far it has come. */
export interface StoredProjection extends BuildKey {
  readonly version: number;
  readonly role: BuildRole;
  readonly status: ProjectionStatus;
  /** Why it has stopped. */
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
 *   move; older builds of its version are not listed any more. False, without an effect, unless it is running, `building` and at `from`.
 * - `forgetRetired` forgets these, and calls `drop` for each, once no transaction is open that may still know of it. Whether it has forgotten all.
 * - `setStatus` changes the status if the build still is as expected. False if it is not.
 */
export interface ProjectionStore {
  begin(name: string, version: number, setUp?: BuildSetUp): Promise<readonly StoredProjection[]>;
  rebuild(name: string, version: number, setUp?: BuildSetUp): Promise<StoredProjection>;
  list(): Promise<readonly StoredProjection[]>;
  /** @param work gets the transaction, where the store has one */
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
  /** A store without it keeps nothing of them. */
  forgetRetired?(name: string, drop: (build: number, tx: SqlExecutor) => Promise<void>): Promise<boolean>;
  setStatus(
    key: BuildKey,
    to: { readonly status: ProjectionStatus; readonly problem?: string },
    expected: { readonly status?: ProjectionStatus; readonly checkpoint?: Checkpoint | undefined },
  ): Promise<boolean>;
  /** A store without it has no inline projections. */
  readonly inline?: InlineProgress;
}

/** Takes events of a stream: those behind the version `from`, up to `to`. */
export type StreamWork = (tx: SqlExecutor, build: StoredBuild, from: number, to: number) => Promise<void>;

/** What an event is taken for. */
export type StoredBuild = Pick<StoredProjection, 'build' | 'role'>;

/**
 * Progress of inline projections by stream: an append takes a stream along to its new version, and what was appended without them is taken later.
 * Each event of a stream is taken once by each build, in the order of versions, whoever does it.
 *
 * Contract:
 * - `take` runs in the open transaction of an append to the stream. It runs `work` for each running build of the version.
 * - `catchUp` does the same for one build, in a transaction of its own, in which nobody appends to the stream.
 * - Both move the progress in the transaction of `work`.
 * - `behind` tells which streams a build has not taken to these versions.
 * - `isTakenAlong` tells whether all open transactions of appends know of a build: false as long as one may have begun without it.
 * - `late` tells which streams the live build of its version has taken further.
 */
export interface InlineProgress {
  take(name: string, version: number, stream: string, to: number, work: StreamWork): Promise<void>;
  catchUp(key: BuildKey, stream: string, work: StreamWork): Promise<void>;
  behind(key: BuildKey, versions: ReadonlyMap<string, number>): Promise<readonly string[]>;
  isTakenAlong(key: BuildKey): Promise<boolean>;
  late(key: BuildKey): Promise<readonly string[]>;
}

/**
 * Streams of events, which are only ever appended to.
 *
 * Contract:
 * - `append` stores all events or none, with versions that follow each other without gaps. It joins the open transaction of
 *   {@link inTransaction}. `CATGA_CONFLICT` if the stream does not have the `expected` version; 0 is that of a stream without
 *   events. Of appends that expect one version exactly one succeeds.
 * - `read` gives the events of a stream in the order of their versions, as of some moment after the call.
 * - `readAll` gives the events of all streams. An event appears behind every checkpoint that was given before it could be
 *   read, whatever the order in which writers begin and commit: who reads from checkpoint to checkpoint misses none and gets none
 *   twice. Events of one stream are in the order of their versions. Nothing of an open transaction is given.
 * - Wrong arguments are refused: `CATGA_VALIDATION_FAILED` for the name of a stream, else `CATGA_CONFIGURATION`.
 *
 * @publicApi
 */
export interface EventStore {
  /** @param expected version of the stream; `'any'` appends whatever it is */
  append(stream: string, events: readonly NewEvent[], expected: number | 'any'): Promise<Appended>;
  /** @param fromVersion of the first event that is wanted; 1 is the default */
  read(stream: string, fromVersion?: number): AsyncIterable<RecordedEvent>;
  /**
   * @param after `next` of the page before; undefined for the beginning
   * @param limit maximum number of events, 1 to 10,000; there may be fewer, and later ones all the same
   */
  readAll(after: Checkpoint | undefined, limit: number): Promise<EventPage>;
  /** Whether one checkpoint is before another. `CATGA_CONFIGURATION` for text that is no checkpoint of the store. */
  isBefore(one: Checkpoint, other: Checkpoint): boolean;
  /** Place behind the last event. Where a store without transactions tells it, what was appended is published even if its node is killed before it does. */
  end?(): Promise<Checkpoint>;
  /** What {@link readAll} does not give yet, where something can hold it up; undefined if nothing does. */
  heldUp?(): Promise<HeldUpEvents | undefined>;
  /** The first event of a decision; undefined if the stream has none of it. */
  findDecision(stream: string, decision: string): Promise<RecordedEvent | undefined>;
  /** A store without it makes states of all events. */
  readonly snapshots?: SnapshotStore;
  /** A store without it keeps no personal data. */
  readonly keys?: SubjectKeys;
  /** A store without it has no projections. */
  readonly projections?: ProjectionStore;
  /**
   * Runs `work` in a transaction, or in the caller's open one, which {@link append} and what is published in it join.
   * A store whose appends stand for themselves has none.
   * @param work gets a function: what is given to it runs once the outermost transaction has been committed
   */
  inTransaction?<T>(work: (afterCommit: (task: () => void) => void) => Promise<T>): Promise<T>;
  /** Releases what the store has opened itself. May be called twice. */
  close?(): Promise<void>;
}

/** Streams and records in an engine. Both throw `CATGA_SHUTTING_DOWN` while the node is not connected. */
export interface EngineStores {
  readonly streams: StreamLog;
  readonly records: PagedRecordStore;
}

/** The node that opens a store. Streams are isolated by namespace. */
export interface EventStoreClient {
  readonly namespace: string;
  readonly clock: Clock;
  /** Provider of the application by its token. */
  resolve(token: unknown): unknown;
  /** What the engine of the node keeps; absent where there is no node. */
  readonly engine?: EngineStores;
}

/**
 * Where events are stored. The argument of `CatgaEventSourcingModule.forRoot({ storage })`.
 *
 * @publicApi
 */
export interface EventStorage {
  readonly name: string;
  /** The database of its transactions, which must be that of the outbox; absent for a store without transactions. */
  readonly database?: object;
  /** The database in which projections are kept, if it is another one. */
  readonly readModels?: object;
  /** Whether events are in the engine of the node, which has to keep streams then. */
  readonly isInEngine?: boolean;
  /** `CATGA_CONFIGURATION` if the store cannot be used. */
  open(client: EventStoreClient): Promise<EventStore>;
}
