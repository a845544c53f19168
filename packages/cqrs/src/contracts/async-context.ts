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
  /** Id of the context in Nest. */
  readonly id: ContextId = ContextIdFactory.create();

  /** Whether a message has a context. */
  static isAttached(target: object): boolean {
    return AsyncContext.of(target) !== undefined;
  }

  /** The context of a message; undefined if it has none. */
  static of(target: object): AsyncContext | undefined {
    return (target as { readonly [ASYNC_CONTEXT_ATTRIBUTE]?: AsyncContext })[ASYNC_CONTEXT_ATTRIBUTE];
  }

  /** Attaches the context of one message, if it has one, to another. */
  static merge(from: object | undefined, to: object | undefined): void {
    if (to) AsyncContext.of(from ?? {})?.attachTo(to);
  }

  /** Attaches this context to a message. Throws a `TypeError` if the message has another one. */
  attachTo(target: object): void {
    Object.defineProperty(target, ASYNC_CONTEXT_ATTRIBUTE, { value: this, enumerable: false });
  }
}
