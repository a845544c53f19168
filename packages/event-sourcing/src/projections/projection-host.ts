import { CatgaError } from '@catga/nestjs';
import type { CatgaNode, ExploredProvider, MessageContext, ProjectionLag } from '@catga/nestjs';
import { laneOf, ownerOf } from '@catga/core/engine';
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
import { HeldUpWatch } from './held-up-watch.js';
import { InlineProjections } from './inline-projections.js';
import { projectionDefinitionOf } from './projection-definition.js';
import { ProjectionRunner } from './projection-runner.js';
import { projectionOptionsOf } from './projection.decorator.js';

/** Number of slots that distribute projections among nodes. */
const SHARES = 64;

/** What {@link ProjectionHost} needs. */
export interface ProjectionServices {
  readonly storage: EventStorage;
  /** The open store. */
  store(): EventStore;
  decode(type: MessageType, recorded: RecordedEvent): object | Promise<object>;
  warn(line: string): void;
  error(line: string): void;
}

/** Services of the node that projections use. */
interface ProjectionNode extends Pick<CatgaNode, 'clock'> {
  readonly steps: Pick<CatgaNode['steps'], 'readProjectionsBy'>;
  readonly mediator: Pick<CatgaNode['mediator'], 'nodes' | 'self'>;
}

/** The projections of an application. */
export class ProjectionHost {
  private readonly takers: EventTaker[] = [];
  readonly runners: ProjectionRunner[] = [];
  private watch: HeldUpWatch | undefined;

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

  /** Registers a projection. Returns the problems of its class. */
  add({ classes, location, instanceFor }: ExploredProvider): readonly string[] {
    const target = classes.find((one) => projectionOptionsOf(one) !== undefined);
    if (target === undefined) return [];
    const definition = projectionDefinitionOf(target);
    if (!('name' in definition)) return definition;
    const { name, isInline, tables, events } = definition;
    if (this.takers.some((other) => other.definition.name === name))
      return [
        `Two projections are named '${name}', the second is ${target.name} (${location}): give one of them another name, or provide it once.`,
      ];
    const taker = new EventTaker(definition, {
      decode: (recorded) => {
        const { type } = events.get(recorded.name) ?? {};
        if (type === undefined) throw new TypeError(`${name} does not handle ${recorded.name}.`);
        return this.services.decode(type, recorded);
      },
      instance: (event, recorded) => instanceFor(event, contextOf(recorded)),
    });
    const problems = this.takers.flatMap(({ definition: other }) =>
      Object.keys(tables)
        .filter((table) => Object.hasOwn(other.tables, table))
        .map(
          (table) =>
            `The projections '${other.name}' and '${name}' both have the table '${table}': give one of them another name.`,
        ),
    );
    this.takers.push(taker);
    const { name: store, database, readModels = database } = this.services.storage;
    if (isInline && database === undefined)
      problems.push(
        `The projection ${target.name} is inline, but the event store '${store}' has no transactions: use mode 'async', or sqlEventStore(database).`,
      );
    if (Object.keys(tables).length > 0 && readModels === undefined)
      problems.push(
        `The projection ${target.name} has tables, but the event store '${store}' has no database: use sqlEventStore(database), or engineEventStore({ readModels: database }).`,
      );
    return problems;
  }

  /** Begins to run the projections. */
  start({ clock, steps, mediator }: ProjectionNode): void {
    if (this.takers.length === 0) return;
    steps.readProjectionsBy(() => this.lags(clock.now()));
    const { services, store: projections } = this;
    for (const { definition } of this.takers)
      if (definition.isInline && projections.inline === undefined)
        throw new CatgaError(
          'CATGA_CONFIGURATION',
          `The projection '${definition.name}' is inline, but the event store '${services.storage.name}' does not support inline projections: use mode 'async'.`,
        );
    for (const taker of this.takers) {
      const runner = new ProjectionRunner(taker, {
        store: services.store(),
        projections,
        clock,
        isOurs: () => isShareOf(mediator, taker.definition.name),
        error: (line) => services.error(line),
        warn: (line) => services.warn(line),
      });
      this.runners.push(runner);
      runner.start();
    }
    this.watch = new HeldUpWatch({ store: services.store(), clock, warn: (line) => services.warn(line) });
    this.watch.start();
  }

  /** Whether this node has the class of a projection, in any version. */
  has(name: string): boolean {
    return this.takers.some(({ definition }) => definition.name === name);
  }

  private isInline(name: string): boolean {
    return this.takers.some(({ definition }) => definition.name === name && definition.isInline);
  }

  /** Number of events after a checkpoint, counted up to a maximum, and the time of the oldest. */
  async behind(
    name: string,
    checkpoint: Checkpoint | undefined,
    countTo: number,
  ): Promise<{ readonly events: number; readonly oldestAt: Date | undefined }> {
    try {
      const store = this.services.store();
      const { events } = await store.readAll(checkpoint, countTo);
      if (events.length > 0) return { events: events.length, oldestAt: events[0]?.recordedAt };
      // Inline projections are not delayed by open transactions.
      const held = this.isInline(name) ? undefined : await store.heldUp?.();
      return { events: held === undefined ? 0 : 1, oldestAt: held?.oldestAt };
    } catch (thrown) {
      // A projection that needs a rebuild is listed, too.
      if (isOtherLogError(thrown)) return { events: 1, oldestAt: undefined };
      throw thrown;
    }
  }

  /** Lag of the projections of this node, for metrics. */
  async lags(nowMs: number): Promise<readonly ProjectionLag[]> {
    const builds = await this.store.list();
    return Promise.all(
      this.takers.map(async ({ definition: { name: projection } }) => {
        const ofName = builds.filter((one) => one.name === projection);
        const live = ofName.find(({ role }) => role === 'live');
        const { oldestAt } = await this.behind(projection, live?.checkpoint, 1);
        return {
          projection,
          behindMs: oldestAt === undefined ? 0 : Math.max(0, nowMs - oldestAt.getTime()),
          isStopped: ofName.some(({ status, role }) => status === 'stopped' && role !== 'replaced'),
        };
      }),
    );
  }

  /** Stops the projections. Resolves when none is running a batch. */
  async stop(): Promise<void> {
    this.watch?.stop();
    await Promise.all(this.runners.splice(0).map((runner) => runner.stop()));
  }

  /** Called when there may be new events. */
  wake(): void {
    for (const runner of this.runners) runner.wake();
  }

  /** The inline projections. */
  inline(): InlineProjections {
    return new InlineProjections(
      this.services.store(),
      this.takers.filter(({ definition }) => definition.isInline),
    );
  }
}

/** Whether this node owns a projection, among the nodes of its service. */
function isShareOf(mediator: ProjectionNode['mediator'], name: string): boolean {
  const { nodeId, service } = mediator.self;
  const replicas = mediator.nodes().filter((one) => one.service === service && one.status === 'alive');
  return ownerOf(laneOf(name, SHARES), [nodeId, ...replicas.map((one) => one.nodeId)]) === nodeId;
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
