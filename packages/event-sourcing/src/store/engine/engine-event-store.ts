import { setTimeout as pause } from 'node:timers/promises';
import { CatgaError } from '@catga/nestjs';
import type { StreamEntry } from '@catga/core/engine';
import type {
  Appended,
  Checkpoint,
  EngineStores,
  EventPage,
  EventStore,
  NewEvent,
  ProjectionStore,
  RecordedEvent,
} from '../event-store.js';
import { RecordSubjectKeys } from '../records/record-subject-keys.js';
import {
  checkAppend,
  checkPage,
  checkRead,
  checkStream,
  conflictError,
  otherLogError,
} from '../store-arguments.js';
import { entryOf, eventsOf, headOf } from './append-entry.js';
import { DecisionIndex } from './decision-index.js';
import { checkpointOf, isBefore, placeOf } from './engine-checkpoint.js';
import { EngineSnapshots } from './engine-snapshots.js';
import { BEGINNING, StreamPlaces } from './stream-places.js';
import type { StreamPlace } from './stream-places.js';
import { Turns } from './turns.js';

/** Attempts at an append to any version, and the maximum pause between them, in milliseconds. */
const MAX_TRIES = 100;
const MAX_PAUSE_MS = 50;
/** Up to this many events before the last entry are read one by one; for more the broker creates a consumer. */
const FEW = 3;

/** Event store of one namespace in the engine: an append is one entry. */
export class EngineEventStore implements EventStore {
  readonly snapshots: EngineSnapshots;
  readonly keys: RecordSubjectKeys;
  private readonly places = new StreamPlaces();
  private readonly decisions: DecisionIndex;
  /** Appends to any version wait for each other. */
  private readonly turns = new Turns();
  private identity: Promise<string> | undefined;

  constructor(
    private readonly engine: EngineStores,
    readonly projections: ProjectionStore,
  ) {
    this.snapshots = new EngineSnapshots(engine, this.places);
    this.keys = new RecordSubjectKeys(engine);
    this.decisions = new DecisionIndex(() => engine.streams);
  }

  async append(stream: string, events: readonly NewEvent[], expected: number | 'any'): Promise<Appended> {
    checkAppend(stream, events, expected);
    if (expected === 'any') return this.turns.take(stream, () => this.appendToAny(stream, events));
    const head = await this.headAt(stream, expected);
    const appended = head && (await this.appendBehind(stream, events, head));
    if (appended === undefined) throw conflictError(stream, expected);
    return appended;
  }

  async *read(stream: string, fromVersion = 1): AsyncIterable<RecordedEvent> {
    checkRead(stream, fromVersion);
    const last = await this.engine.streams.last(stream);
    if (last === undefined) return;
    const { version } = headOf(last);
    this.places.add(stream, { version, position: last.position });
    if (fromVersion > version) return;
    const identity = await this.knownIdentity();
    let next = fromVersion;
    for await (const entry of this.entries(stream, fromVersion, last))
      for (const event of eventsOf(entry, identity)) {
        if (event.version < next) continue;
        if (event.version > next++) throw this.lacking(stream, event.version);
        yield event;
      }
  }

  async readAll(after: Checkpoint | undefined, limit: number): Promise<EventPage> {
    checkPage(limit);
    const place = after === undefined ? undefined : placeOf(after);
    const { identity, last } = await this.engine.streams.state();
    this.identity = Promise.resolve(identity);
    if (place !== undefined && place.identity !== identity) throw otherLogError(place.identity, identity);
    let next = place ?? { identity, position: 1, taken: 0 };
    const events: RecordedEvent[] = [];
    while (events.length < limit && next.position <= last) {
      const entries = await this.engine.streams.readAll(next.position, limit - events.length);
      if (entries.length === 0) break;
      for (const entry of entries) {
        const taken = entry.position === next.position ? next.taken : 0;
        const found = eventsOf(entry, identity).slice(taken, taken + limit - events.length);
        events.push(...found);
        if (found.length > 0) next = placeOf(found.at(-1)?.checkpoint ?? '');
        if (events.length === limit) break;
      }
    }
    return { events, next: checkpointOf(next) };
  }

  async end(): Promise<Checkpoint> {
    const { identity, last } = await this.engine.streams.state();
    return checkpointOf({ identity, position: last + 1, taken: 0 });
  }

  isBefore(one: Checkpoint, other: Checkpoint): boolean {
    return isBefore(placeOf(one), placeOf(other));
  }

  async findDecision(stream: string, decision: string): Promise<RecordedEvent | undefined> {
    checkStream(stream);
    const entry = await this.decisions.find(stream, decision);
    if (entry === undefined) return undefined;
    return eventsOf(entry, await this.knownIdentity()).find((event) => event.decision?.id === decision);
  }

  /** The entries from the one with a version up to the last. */
  private async *entries(stream: string, fromVersion: number, last: StreamEntry): AsyncIterable<StreamEntry> {
    const { version, size } = headOf(last);
    const before = version - size - fromVersion + 1;
    if (before <= FEW) return yield* this.chain(stream, fromVersion, last);
    const to = last.after;
    for (let from = this.places.upTo(stream, fromVersion - 1).position + 1; from <= to;) {
      const page = await this.engine.streams.read(stream, from, to);
      for (const entry of page) if (headOf(entry).version >= fromVersion) yield entry;
      from = (page.at(-1)?.position ?? to) + 1;
    }
    yield last;
  }

  /** Like {@link entries}, for a few: reads backwards from the last entry, one by one. */
  private async *chain(stream: string, fromVersion: number, last: StreamEntry): AsyncIterable<StreamEntry> {
    const entries = [last];
    let first = last;
    while (headOf(first).version - headOf(first).size >= fromVersion) {
      const [entry] = await this.engine.streams.read(stream, first.after, first.after);
      if (entry === undefined) break;
      entries.push((first = entry));
    }
    yield* entries.toReversed();
  }

  /** Error for events that are missing in the broker. */
  private lacking(stream: string, version: number): CatgaError {
    this.places.forget(stream);
    return new CatgaError(
      'CATGA_SERIALIZATION',
      `The stream '${stream}' is missing events before version ${version}: they were removed from the broker.`,
      { details: { stream, version } },
    );
  }

  /** Place of a version; undefined if the stream has another version. */
  private async headAt(stream: string, version: number): Promise<StreamPlace | undefined> {
    if (version === 0) return BEGINNING;
    const known = this.places.upTo(stream, version);
    if (known.version === version) return known;
    const head = await this.headOf(stream);
    return head.version === version ? head : undefined;
  }

  private async headOf(stream: string): Promise<StreamPlace> {
    const last = await this.engine.streams.last(stream);
    if (last === undefined) return BEGINNING;
    const head = { version: headOf(last).version, position: last.position };
    this.places.add(stream, head);
    return head;
  }

  private async appendBehind(
    stream: string,
    events: readonly NewEvent[],
    head: StreamPlace,
  ): Promise<Appended | undefined> {
    const version = head.version + events.length;
    const position = await this.engine.streams.append(
      stream,
      entryOf(stream, events, version),
      head.position,
    );
    if (position === undefined) return undefined;
    this.places.add(stream, { version, position });
    const identity = await this.knownIdentity();
    return { version, checkpoint: checkpointOf({ identity, position: position + 1, taken: 0 }) };
  }

  private async appendToAny(stream: string, events: readonly NewEvent[]): Promise<Appended> {
    let head = this.places.head(stream) ?? BEGINNING;
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const appended = await this.appendBehind(stream, events, head);
      if (appended !== undefined) return appended;
      // Random, so that the same writers do not conflict again.
      if (attempt > 1) await pause(Math.random() * Math.min(MAX_PAUSE_MS, attempt));
      head = await this.headOf(stream);
    }
    throw conflictError(stream, 'any');
  }

  private knownIdentity(): Promise<string> {
    return (this.identity ??= this.engine.streams.state().then(
      ({ identity }) => identity,
      (thrown: unknown) => {
        this.identity = undefined;
        throw thrown;
      },
    ));
  }
}
