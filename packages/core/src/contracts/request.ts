import { noteCopy } from './copies.js';

noteCopy();

/** Marks the kind of a request class on its prototype, so that two copies of this package agree about it. */
export const REQUEST_KIND: unique symbol = Symbol.for('catga.request-kind');

declare const RESULT: unique symbol;

/**
 * The common base of {@link Command} and {@link Query}. `R` is what its handler returns.
 *
 * @publicApi
 */
export abstract class CatgaRequest<R> {
  /** Only a type: carries `R` to `mediator.send`. */
  declare readonly [RESULT]: R;
}

/**
 * A request to change something: one handler, delivered at least once unless the message says otherwise.
 *
 * @publicApi
 */
export abstract class Command<R = void> extends CatgaRequest<R> {
  /** Only a type: keeps commands and queries apart. */
  declare readonly [REQUEST_KIND]: 'command';
}

/**
 * A request to read something: one handler, no effect, delivered at most once unless the message says otherwise.
 *
 * @publicApi
 */
export abstract class Query<R> extends CatgaRequest<R> {
  /** Only a type: keeps commands and queries apart. */
  declare readonly [REQUEST_KIND]: 'query';
}

Object.defineProperty(Command.prototype, REQUEST_KIND, { value: 'command' });
Object.defineProperty(Query.prototype, REQUEST_KIND, { value: 'query' });

/** What the handler of the request `T` returns. */
export type ResultOf<T> = T extends CatgaRequest<infer R> ? R : never;
