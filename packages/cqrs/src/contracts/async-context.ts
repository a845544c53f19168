import { ContextIdFactory } from '@nestjs/core';
import type { ContextId } from '@nestjs/core';

/** Key of the context of a message. */
export const ASYNC_CONTEXT_ATTRIBUTE: unique symbol = Symbol('ASYNC_CONTEXT_ATTRIBUTE');

/**
 * Context that request-scoped handlers of several messages share: they get the same instances of request-scoped providers.
 *
 * @publicApi
 */
export class AsyncContext {
  /** Under which Nest keeps the instances. */
  readonly id: ContextId = ContextIdFactory.create();

  /** Whether a message has a context. */
  static isAttached(target: object): boolean {
    return AsyncContext.of(target) !== undefined;
  }

  /** The context of a message; undefined if it has none. */
  static of(target: object): AsyncContext | undefined {
    return (target as { readonly [ASYNC_CONTEXT_ATTRIBUTE]?: AsyncContext })[ASYNC_CONTEXT_ATTRIBUTE];
  }

  /** Gives a message the context of another one, if that has one. */
  static merge(from: object | undefined, to: object | undefined): void {
    if (to) AsyncContext.of(from ?? {})?.attachTo(to);
  }

  /** Gives a message this context. A message keeps the first one that it got; another one throws a `TypeError`. */
  attachTo(target: object): void {
    Object.defineProperty(target, ASYNC_CONTEXT_ATTRIBUTE, { value: this, enumerable: false });
  }
}
