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
   * Version of the read model, a whole number from 1. Another version has a progress of its own, from the first event on: raise it, and write to a
   * table of its own, to build the read model anew beside the old one.
   * @defaultValue 1
   */
  readonly version?: number;
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
  /**
   * The transaction in which the progress is stored, too: what is written by it has effect once. It is also ambient for the
   * library of the database. `CATGA_UNSUPPORTED` where the store has no transactions.
   */
  readonly tx: SqlExecutor;
}

/** A method that takes events of a class. */
export interface ProjectionMethod {
  readonly event: MessageConstructor;
  readonly method: string | symbol;
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
  return (target, method) => {
    const { constructor } = target;
    Reflect.defineMetadata(METHODS, [...methodsOf(constructor), { event, method }], constructor);
  };
}

/** Options of `@Projection` on this class itself. */
export function projectionOptionsOf(target: object): ProjectionOptions | undefined {
  return Reflect.getOwnMetadata(PROJECTION, target) as ProjectionOptions | undefined;
}

/** Methods with `@On`; of a subclass those of its base class, too. */
export function methodsOf(target: object): readonly ProjectionMethod[] {
  return (Reflect.getMetadata(METHODS, target) as readonly ProjectionMethod[] | undefined) ?? [];
}
