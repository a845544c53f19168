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
  /** Name of the projection. Its progress is stored under it. */
  readonly name: string;
  /**
   * Version of the read model, a whole number from 1. Raise it with each incompatible change of the class: a new version is built from the
   * first event.
   * @defaultValue 1
   */
  readonly version?: number;
  /**
   * When events are handled. `'async'`: in the background, in global order. `'inline'`: in the transaction that appends them, in the order
   * of each stream; if the projection fails, so does the command. Events appended without it are handled in the background. Needs a store
   * with transactions.
   * @defaultValue 'async'
   */
  readonly mode?: 'async' | 'inline';
  /**
   * Tables of the read model: SQL columns by table name. Each build has its own tables ({@link ProjectionContext.table}), and a view of
   * that name shows those of the live build. Required for rebuilds. Needs a store in a database.
   * @example `{ balance: 'account_id text PRIMARY KEY, amount bigint NOT NULL' }` @defaultValue none: the class maintains its own read
   * model
   */
  readonly tables?: Readonly<Record<string, string>>;
  /**
   * Streams whose `@Upcast` methods apply to the events, besides those of the application's decision handlers.
   * @defaultValue none
   */
  readonly streams?: readonly EventStreamClass[];
  /**
   * Maximum number of events in one transaction, 1 to 10,000.
   * @defaultValue 200
   */
  readonly batch?: number;
}

/**
 * Origin of an event, and the transaction of its projection.
 *
 * @publicApi
 */
export interface ProjectionContext {
  readonly stream: string;
  /** Id of the stream, without the name of its kind. */
  readonly id: string;
  /** Version of the event in its stream. */
  readonly version: number;
  readonly checkpoint: Checkpoint;
  readonly recordedAt: Date;
  /** Number of the build that handles the event. */
  readonly build: number;
  /** Whether this build is the live one. Have side effects outside of the read model only then: a rebuild handles old events again. */
  readonly isLive: boolean;
  /** Name of a table of `@Projection({ tables })` in this build. `CATGA_CONFIGURATION` for an undeclared table. */
  readonly table: (name: string) => string;
  /**
   * The transaction that also stores the progress: writes through it take effect exactly once. It is ambient for the database library, too.
   * `CATGA_UNSUPPORTED` if the store has no transactions.
   */
  readonly tx: SqlExecutor;
}

/**
 * An event of a batch, and its origin.
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
 * Transaction of a batch.
 *
 * @publicApi
 */
export type BatchContext = Pick<ProjectionContext, 'build' | 'isLive' | 'table' | 'tx'>;

/** Method that handles events of a class. */
export interface ProjectionMethod {
  /** Undefined if the decorator got none. */
  readonly event: MessageConstructor | undefined;
  readonly method: string | symbol;
  /** Whether it handles whole batches. */
  readonly isBatch: boolean;
  /** Whether the method is static, which is refused. */
  readonly isStatic: boolean;
}

export const PROJECTION_DECORATOR = '@Projection';

const PROJECTION = 'catga:projection';
const METHODS = 'catga:projection-methods';

/**
 * Class decorator: a provider that builds a read model from the events of all streams, in order, by methods with {@link On}. It runs in the
 * background on every node that has the class; each event takes effect once.
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
 * Method decorator: handles the events of a class. An error stops the projection at this event, after three attempts, until it is resumed.
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
 * Method decorator: handles all events of these classes in a batch together, in order, so that one statement can write them. A class has at
 * most one such method, and then none with {@link On}.
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

/** Methods with `@On` and `@OnBatch`, including inherited ones. */
export function methodsOf(target: object): readonly ProjectionMethod[] {
  return (Reflect.getMetadata(METHODS, target) as readonly ProjectionMethod[] | undefined) ?? [];
}
