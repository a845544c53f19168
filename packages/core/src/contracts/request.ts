import { noteCopy } from './copies.js';

noteCopy();

/** Kind of a request class, on its prototype, so that two copies of this package agree. */
export const REQUEST_KIND: unique symbol = Symbol.for('catga.request-kind');

declare const RESULT: unique symbol;

/**
 * Base class of {@link Command} and {@link Query}. `R` is the result type of the handler.
 *
 * @publicApi
 */
export abstract class CatgaRequest<R> {
  /** Type-level only: carries `R` to `mediator.send`. */
  declare readonly [RESULT]: R;
}

/**
 * Command: a request that changes state, with one handler; QoS 1 by default.
 *
 * @publicApi
 */
export abstract class Command<R = void> extends CatgaRequest<R> {
  /** Type-level only: distinguishes commands from queries. */
  declare readonly [REQUEST_KIND]: 'command';
}

/**
 * Query: a request that reads state, with one handler and no side effects; QoS 0 by default.
 *
 * @publicApi
 */
export abstract class Query<R> extends CatgaRequest<R> {
  /** Type-level only: distinguishes commands from queries. */
  declare readonly [REQUEST_KIND]: 'query';
}

Object.defineProperty(Command.prototype, REQUEST_KIND, { value: 'command' });
Object.defineProperty(Query.prototype, REQUEST_KIND, { value: 'query' });

/** Result type of the request `T`. */
export type ResultOf<T> = T extends CatgaRequest<infer R> ? R : never;
