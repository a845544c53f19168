import { isInfrastructureFailure, lineOf } from '@catga/core/engine';
import type { SqlExecutor } from '@catga/sql';
import type {
  Checkpoint,
  EventPage,
  EventStore,
  ProjectionStore,
  RecordedEvent,
  StoredProjection,
} from '../store/event-store.js';
import { NotTaken } from './event-taker.js';
import type { EventTaker } from './event-taker.js';
import { streamTail } from './inline-projections.js';
import { showTables, waitShortly } from './projection-tables.js';

/** Attempts at an event before it stops its projection. */
const MAX_ATTEMPTS = 3;

/** Services of a build runner. */
export interface BuildServices {
  readonly store: EventStore;
  readonly projections: ProjectionStore;
  error(line: string): void;
}

/**
 * Runs one build of a projection. The progress and the effect of a batch commit together, by compare-and-set: of two nodes that run it, the
 * slower one has no effect.
 */
export class BuildRunner {
  /** Number of events to handle one at a time after a failed batch, so that those before the failing one are committed. */
  private careful = 0;
  private attempts = 0;

  constructor(
    private readonly taker: EventTaker,
    private readonly services: BuildServices,
  ) {}

  /** Handles a page of events. Resolves with whether to continue at once. */
  async step(stored: StoredProjection): Promise<boolean> {
    if (stored.status !== 'running') return false;
    const limit = this.careful > 0 ? 1 : this.taker.definition.batch;
    const page = await this.services.store.readAll(stored.checkpoint, limit);
    try {
      const hasMoved = page.events.length > 0 && (await this.tryToTake(stored, page));
      if (page.events.length > 0 && !hasMoved) return false;
      this.careful = Math.max(0, this.careful - page.events.length);
      this.attempts = 0;
      const isAtTheEnd = page.events.length < limit;
      const at = hasMoved ? page.next : stored.checkpoint;
      const isLive = isAtTheEnd && stored.role === 'building' && (await this.goLive(stored, at));
      return hasMoved || isLive;
    } catch (thrown) {
      return this.failed(thrown, stored, page);
    }
  }

  /** Handles a page; a failed commit of a single event counts as a failure of that event, such as a deferred constraint. */
  private async tryToTake(stored: StoredProjection, page: EventPage): Promise<boolean> {
    try {
      return await this.take(stored, page);
    } catch (thrown) {
      const [only, ...others] = page.events;
      const isOfEvent = only !== undefined && others.length === 0 && this.taker.takes(only.name);
      throw isOfEvent && !(thrown instanceof NotTaken) ? new NotTaken(only, thrown) : thrown;
    }
  }

  private async take(stored: StoredProjection, page: EventPage): Promise<boolean> {
    const { projections } = this.services;
    if (!this.taker.definition.isInline)
      return projections.advance(stored, stored.checkpoint, page.next, (tx) =>
        this.taker.take(page.events, stored, tx),
      );
    await this.catchUp(stored, page.events);
    return projections.advance(stored, stored.checkpoint, page.next, async () => {});
  }

  /** Catches up streams that were appended to without the inline projection, each in its own order. */
  private async catchUp(stored: StoredProjection, events: readonly RecordedEvent[]): Promise<void> {
    const { projections } = this.services;
    const versions = new Map<string, number>();
    for (const { name, stream, version } of events) if (this.taker.takes(name)) versions.set(stream, version);
    if (versions.size === 0) return;
    await this.takeTails(stored, (await projections.inline?.behind(stored, versions)) ?? []);
  }

  private async takeTails(stored: StoredProjection, streams: readonly string[]): Promise<void> {
    const { store, projections } = this.services;
    for (const stream of streams)
      await projections.inline?.catchUp(stored, stream, (tx, build, from, to) =>
        this.taker.take(streamTail(store, stream, from, to), build, tx),
      );
  }

  /** Whether the build is read now. While it takes what is left, the one that was read does not move: readers never go back. */
  private async goLive(stored: StoredProjection, from: Checkpoint | undefined): Promise<boolean> {
    const { tables, isInline } = this.taker.definition;
    const { projections } = this.services;
    if (isInline && (await projections.inline?.isTakenAlong(stored)) !== true) return false;
    return projections.goLive(stored, from, async (tx) => {
      if (tx !== undefined) await waitShortly(tx);
      const at = await this.takeTheRest(stored, from, tx);
      if (tx !== undefined) await showTables(tables, stored.build, tx);
      return at;
    });
  }

  private async takeTheRest(
    stored: StoredProjection,
    from: Checkpoint | undefined,
    tx: SqlExecutor | undefined,
  ): Promise<Checkpoint | undefined> {
    const { batch, isInline } = this.taker.definition;
    if (isInline) {
      // Appends have advanced their streams, except in transactions that began before the build.
      await this.takeTails(stored, (await this.services.projections.inline?.late(stored)) ?? []);
      return from;
    }
    for (let at = from; ;) {
      const page = await this.services.store.readAll(at, batch);
      if (page.events.length > 0) at = page.next;
      await this.taker.take(page.events, stored, tx);
      if (page.events.length < batch) return at;
    }
  }

  private async failed(thrown: unknown, stored: StoredProjection, page: EventPage): Promise<boolean> {
    const cause = thrown instanceof NotTaken ? thrown.cause : thrown;
    if (isInfrastructureFailure(cause)) throw cause;
    if (page.events.length > 1) {
      this.careful = page.events.length;
      return true;
    }
    if (!(thrown instanceof NotTaken)) throw cause;
    this.attempts += 1;
    if (this.attempts < MAX_ATTEMPTS) return false;
    this.attempts = 0;
    const { stream, version, name } = thrown.recorded;
    const problem = `${stream}@${version} ${name}: ${lineOf(cause)}`;
    const { checkpoint } = stored;
    if (await this.services.projections.setStatus(stored, { status: 'stopped', problem }, { checkpoint }))
      this.services.error(
        `The projection '${stored.name}' stopped at an event: ${problem}. Fix the cause and resume it with CatgaProjections; other projections continue.`,
      );
    return false;
  }
}
