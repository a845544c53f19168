import { needsHandlerSource } from '@catga/nestjs';
import type { MessageConstructor } from '@catga/nestjs';
import type { SqlExecutor } from '@catga/sql';
import type { EventStreamClass } from '../definition/event-stream.decorator.js';
import type { Checkpoint } from '../store/event-store.js';

/**
 * Options of a projection.
 *
 * @publicApi
 */
export interface ProjectionOptions {
  /** Name of the projection: its progress is stored under it. */
  readonly name: string;
  /**
   * Version of the read model, a whole number from 1. Another version has a build of its own, from the first event on: raise it with every
   * change of the class that the stored rows do not fit.
   * @defaultValue 1
   */
  readonly version?: number;
  /**
   * When events are taken. `'async'`: in the background, in the order of all events. `'inline'`: in the transaction that appends them, so that the
   * command fails if they cannot be; events of one stream in their order. What was appended without it is taken in the background. Needs a store with transactions.
   * @defaultValue 'async'
   */
  readonly mode?: 'async' | 'inline';
  /**
   * Tables of the read model by their names, each with its columns in SQL. Every build has tables of its own, which are created with it
   * ({@link ProjectionContext.table}), and a view of the name shows those of the live build. Needed to rebuild. Needs a store in a database.
   * @example `{ balance: 'account_id text PRIMARY KEY, amount bigint NOT NULL' }`
   * @defaultValue none: the class keeps its read model itself
   */
  readonly tables?: Readonly<Record<string, string>>;
  /**
   * Streams whose `@Upcast` methods apply to the events, besides those of the decision handlers of the application.
   * @defaultValue none
   */
  readonly streams?: readonly EventStreamClass[];
  /**
   * Maximum number of events of one transaction, 1 to 10,000.
   * @defaultValue 200
   */
  readonly batch?: number;
}

/**
 * Where an event comes from, and the transaction that its projection belongs to.
 *
 * @publicApi
 */
export interface ProjectionContext {
  readonly stream: string;
  /** Id of the stream: its name without that of its kind. */
  readonly id: string;
  /** Version of the event in its stream. */
  readonly version: number;
  readonly checkpoint: Checkpoint;
  readonly recordedAt: Date;
  /** Number of the build that takes the event. */
  readonly build: number;
  /** Whether this build is the one that is read. Have effects outside of the read model only then: a rebuild takes old events again. */
  readonly isLive: boolean;
  /** Name of a table of `@Projection({ tables })` in this build. `CATGA_CONFIGURATION` for another. */
  readonly table: (name: string) => string;
  /**
   * The transaction in which the progress is stored, too: what is written by it has effect once. It is also ambient for the
   * library of the database. `CATGA_UNSUPPORTED` where the store has no transactions.
   */
  readonly tx: SqlExecutor;
}

/**
 * An event of a batch, and where it comes from.
 *
 * @publicApi
 */
export interface ProjectedEvent<E extends object = object> extends Pick<
  ProjectionContext,
  'stream' | 'id' | 'version' | 'checkpoint' | 'recordedAt'
> {
  readonly event: E;
}

/**
 * The transaction of a batch.
 *
 * @publicApi
 */
export type BatchContext = Pick<ProjectionContext, 'build' | 'isLive' | 'table' | 'tx'>;

/** A method that takes events of a class. */
export interface ProjectionMethod {
  /** Undefined where the decorator was given none. */
  readonly event: MessageConstructor | undefined;
  readonly method: string | symbol;
  /** Whether it takes all events of a batch at a time. */
  readonly isBatch: boolean;
  /** Whether it is a method of the class, which no instance has. */
  readonly isStatic: boolean;
}

export const PROJECTION_DECORATOR = '@Projection';

const PROJECTION = 'catga:projection';
const METHODS = 'catga:projection-methods';

/**
 * Class decorator of a provider: a read model, made of the events of all streams, in their order, by methods with {@link On}. It runs in
 * the background, on every node that has the class; each event has its effect once.
 *
 * @example `@Projection({ name: 'balances', version: 3 })`
 * @publicApi
 */
export function Projection(
  options: ProjectionOptions,
): (target: abstract new (...args: never[]) => object) => void {
  return (target) => {
    Reflect.defineMetadata(PROJECTION, Object.freeze({ ...options }), target);
    needsHandlerSource(target, { decorator: PROJECTION_DECORATOR, module: 'CatgaEventSourcingModule' });
  };
}

/**
 * Method decorator: takes the events of a class. What it throws stops its projection, at this event, until somebody resumes it.
 *
 * @example `@On(Withdrawn) async on(event: Withdrawn, { id, tx }: ProjectionContext) { … }`
 * @publicApi
 */
export function On<E extends object>(
  event: MessageConstructor<E>,
): (
  target: object,
  method: string | symbol,
  descriptor: { readonly value?: (event: E, context: ProjectionContext) => PromiseLike<void> | void },
) => void {
  return (target, method) => declare(target, method, [event], false);
}

/**
 * Method decorator: takes all events of these classes in a batch at a time, in their order, so that they can be written by one statement. A class has
 * one such method, and none with {@link On} then.
 *
 * @example `@OnBatch(Deposited, Withdrawn) async on(events: readonly ProjectedEvent<Deposited | Withdrawn>[], { tx, table }: BatchContext) { … }`
 * @publicApi
 */
export function OnBatch<C extends MessageConstructor>(
  ...events: readonly C[]
): (
  target: object,
  method: string | symbol,
  descriptor: {
    readonly value?: (
      events: readonly ProjectedEvent<InstanceType<C>>[],
      context: BatchContext,
    ) => PromiseLike<void> | void;
  },
) => void {
  return (target, method) => declare(target, method, events.length === 0 ? [undefined] : events, true);
}

function declare(
  target: object,
  method: string | symbol,
  events: readonly (MessageConstructor | undefined)[],
  isBatch: boolean,
): void {
  const isStatic = typeof target === 'function';
  const owner = isStatic ? target : target.constructor;
  const methods = events.map((event): ProjectionMethod => ({ event, method, isBatch, isStatic }));
  Reflect.defineMetadata(METHODS, [...methodsOf(owner), ...methods], owner);
}

/** Options of `@Projection` on this class itself. */
export function projectionOptionsOf(target: object): ProjectionOptions | undefined {
  return Reflect.getOwnMetadata(PROJECTION, target) as ProjectionOptions | undefined;
}

/** Methods with `@On` and `@OnBatch`; of a subclass those of its base class, too. */
export function methodsOf(target: object): readonly ProjectionMethod[] {
  return (Reflect.getMetadata(METHODS, target) as readonly ProjectionMethod[] | undefined) ?? [];
}
