import { CatgaError } from '@catga/nestjs';
import type { SqlExecutor } from '@catga/sql';
import type { RecordedEvent, StoredBuild } from '../store/event-store.js';
import type { ProjectionDefinition } from './projection-definition.js';
import { tableOf } from './projection-tables.js';
import type { BatchContext, ProjectedEvent, ProjectionContext } from './projection.decorator.js';

/** Services of the application that a projection uses. */
export interface TakerServices {
  /** Decodes an event to an instance of its class. */
  decode(recorded: RecordedEvent): object | Promise<object>;
  /** Provides the instance that handles an event. */
  instance(event: object, recorded: RecordedEvent): object | Promise<object>;
}

/** Error of an event that a projection failed to handle. */
export class NotTaken extends Error {
  constructor(
    readonly recorded: RecordedEvent,
    override readonly cause: unknown,
  ) {
    super(`${recorded.stream}@${recorded.version}`);
  }
}

/** Calls the methods of a projection with events. */
export class EventTaker {
  constructor(
    readonly definition: ProjectionDefinition,
    private readonly services: TakerServices,
  ) {}

  takes(name: string): boolean {
    return this.definition.events.has(name);
  }

  /** Handles events in order. Rejects with {@link NotTaken}. */
  take(
    events: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
    build: StoredBuild,
    tx: SqlExecutor | undefined,
  ): Promise<void> {
    const { batchMethod } = this.definition;
    return batchMethod === undefined
      ? this.takeEach(events, build, tx)
      : this.takeAll(batchMethod, events, build, tx);
  }

  private async takeAll(
    method: string | symbol,
    events: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
    build: StoredBuild,
    tx: SqlExecutor | undefined,
  ): Promise<void> {
    const batch: ProjectedEvent[] = [];
    let first: RecordedEvent | undefined;
    try {
      for await (const recorded of events) {
        if (!this.takes(recorded.name)) continue;
        first ??= recorded;
        batch.push({ event: await this.services.decode(recorded), ...placeOf(recorded) });
      }
      if (first === undefined || batch[0] === undefined) return;
      const instance = await this.services.instance(batch[0].event, first);
      const methods = instance as Record<
        string | symbol,
        (events: readonly ProjectedEvent[], context: BatchContext) => unknown
      >;
      await methods[method]?.(batch, this.batchContext(build, tx));
    } catch (thrown) {
      throw first === undefined ? thrown : new NotTaken(first, thrown);
    }
  }

  private async takeEach(
    events: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
    build: StoredBuild,
    tx: SqlExecutor | undefined,
  ): Promise<void> {
    for await (const recorded of events) {
      const known = this.definition.events.get(recorded.name);
      if (known === undefined) continue;
      try {
        const event = await this.services.decode(recorded);
        const instance = await this.services.instance(event, recorded);
        const methods = instance as Record<
          string | symbol,
          (event: object, context: ProjectionContext) => unknown
        >;
        await methods[known.method]?.(event, this.contextOf(recorded, build, tx));
      } catch (thrown) {
        throw new NotTaken(recorded, thrown);
      }
    }
  }

  private contextOf(
    recorded: RecordedEvent,
    build: StoredBuild,
    tx: SqlExecutor | undefined,
  ): ProjectionContext {
    return Object.assign(this.batchContext(build, tx), placeOf(recorded));
  }

  private batchContext({ build, role }: StoredBuild, tx: SqlExecutor | undefined): BatchContext {
    const { name: projection, tables } = this.definition;
    return {
      build,
      isLive: role === 'live',
      table: (name) => {
        if (Object.hasOwn(tables, name)) return tableOf(name, build);
        throw new CatgaError(
          'CATGA_CONFIGURATION',
          `The projection '${projection}' has no table '${name}': declare it in @Projection({ tables }).`,
          { details: { projection, table: name } },
        );
      },
      get tx() {
        if (tx !== undefined) return tx;
        throw new CatgaError(
          'CATGA_UNSUPPORTED',
          'The event store has no transactions, so a projection has no `tx`.',
        );
      },
    };
  }
}

function placeOf({ stream, version, checkpoint, recordedAt }: RecordedEvent): Omit<ProjectedEvent, 'event'> {
  return { stream, id: stream.slice(stream.indexOf('/') + 1), version, checkpoint, recordedAt };
}
