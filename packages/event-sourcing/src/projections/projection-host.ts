import { CatgaError } from '@catga/nestjs';
import type { CatgaNode, ExploredProvider, MessageContext, ProjectionLag } from '@catga/nestjs';
import type { MessageType } from '@catga/core/engine';
import { eventId } from '../handling/event-id.js';
import type {
  Checkpoint,
  EventStorage,
  EventStore,
  ProjectionStore,
  RecordedEvent,
} from '../store/event-store.js';
import { isOtherLogError } from '../store/store-arguments.js';
import { EventTaker } from './event-taker.js';
import { InlineProjections } from './inline-projections.js';
import { projectionDefinitionOf } from './projection-definition.js';
import { ProjectionRunner } from './projection-runner.js';
import { projectionOptionsOf } from './projection.decorator.js';

/** What {@link ProjectionHost} needs. */
export interface ProjectionServices {
  readonly storage: EventStorage;
  /** The open store. */
  store(): EventStore;
  decode(type: MessageType, recorded: RecordedEvent): object | Promise<object>;
  warn(line: string): void;
  error(line: string): void;
}

/** The projections of an application. */
export class ProjectionHost {
  private readonly takers: EventTaker[] = [];
  readonly runners: ProjectionRunner[] = [];

  constructor(private readonly services: ProjectionServices) {}

  /** `CATGA_UNSUPPORTED` if the store has no projections. */
  get store(): ProjectionStore {
    const { projections } = this.services.store();
    if (projections !== undefined) return projections;
    throw new CatgaError(
      'CATGA_UNSUPPORTED',
      `The event store '${this.services.storage.name}' has no projections.`,
    );
  }

  /** Takes a projection. Returns the problems of its class. */
  add({ classes, location, instanceFor }: ExploredProvider): readonly string[] {
    const target = classes.find((one) => projectionOptionsOf(one) !== undefined);
    if (target === undefined) return [];
    const definition = projectionDefinitionOf(target);
    if (!('name' in definition)) return definition;
    const { name, isInline, tables, events } = definition;
    if (this.takers.some((other) => other.definition.name === name))
      return [
        `Two projections are named '${name}', the second one is ${target.name} (${location}): give one of them another name, or provide it once.`,
      ];
    const taker = new EventTaker(definition, {
      decode: (recorded) => {
        const { type } = events.get(recorded.name) ?? {};
        if (type === undefined) throw new TypeError(`${name} does not take ${recorded.name}.`);
        return this.services.decode(type, recorded);
      },
      instance: (event, recorded) => instanceFor(event, contextOf(recorded)),
    });
    this.takers.push(taker);
    const { name: store, database, readModels = database } = this.services.storage;
    const problems: string[] = [];
    if (isInline && database === undefined)
      problems.push(
        `The projection ${target.name} is inline, and appends to the event store '${store}' belong to no transaction: use mode 'async', or sqlEventStore(database).`,
      );
    if (Object.keys(tables).length > 0 && readModels === undefined)
      problems.push(
        `The projection ${target.name} has tables, and the event store '${store}' is in no database: use sqlEventStore(database), or engineEventStore({ readModels: database }).`,
      );
    return problems;
  }

  /** Begins to run the projections. */
  start({ clock, steps }: Pick<CatgaNode, 'clock' | 'steps'>): void {
    if (this.takers.length === 0) return;
    steps.readProjectionsBy(() => this.lags(clock.now()));
    const { services, store: projections } = this;
    for (const taker of this.takers) {
      const runner = new ProjectionRunner(taker, {
        store: services.store(),
        projections,
        clock,
        error: (line) => services.error(line),
        warn: (line) => services.warn(line),
      });
      this.runners.push(runner);
      runner.start();
    }
  }

  /** Whether this node has the class of a projection, in whatever version. */
  has(name: string): boolean {
    return this.takers.some(({ definition }) => definition.name === name);
  }

  /** Number of events behind a checkpoint, counted up to a maximum, and when the oldest was recorded. */
  async behind(
    checkpoint: Checkpoint | undefined,
    countTo: number,
  ): Promise<{ readonly events: number; readonly oldestAt: Date | undefined }> {
    try {
      const { events } = await this.services.store().readAll(checkpoint, countTo);
      return { events: events.length, oldestAt: events[0]?.recordedAt };
    } catch (thrown) {
      // One that has to be built anew is listed, too.
      if (isOtherLogError(thrown)) return { events: 1, oldestAt: undefined };
      throw thrown;
    }
  }

  /** How far the projections of this node have come, for metrics. */
  async lags(nowMs: number): Promise<readonly ProjectionLag[]> {
    const builds = await this.store.list();
    return Promise.all(
      this.takers.map(async ({ definition: { name: projection } }) => {
        const ofName = builds.filter((one) => one.name === projection);
        const live = ofName.find(({ role }) => role === 'live');
        const { oldestAt } = await this.behind(live?.checkpoint, 1);
        return {
          projection,
          behindMs: oldestAt === undefined ? 0 : Math.max(0, nowMs - oldestAt.getTime()),
          isStopped: ofName.some(({ status, role }) => status === 'stopped' && role !== 'replaced'),
        };
      }),
    );
  }

  /** Resolves when no projection works any more. */
  async stop(): Promise<void> {
    await Promise.all(this.runners.splice(0).map((runner) => runner.stop()));
  }

  /** There may be new events. */
  wake(): void {
    for (const runner of this.runners) runner.wake();
  }

  /** Those that an append takes along. */
  inline(): InlineProjections {
    return new InlineProjections(
      this.services.store(),
      this.takers.filter(({ definition }) => definition.isInline),
    );
  }
}

/** Context of the event for providers of request scope. */
function contextOf({ name, stream, version, headers }: RecordedEvent): MessageContext {
  const { correlationId, causationId } = headers;
  const context: Partial<MessageContext> = {
    name,
    messageId: eventId(stream, version),
    correlationId: correlationId ?? eventId(stream, version),
    causationId,
    headers: {},
    attempt: 1,
  };
  return context as MessageContext;
}
