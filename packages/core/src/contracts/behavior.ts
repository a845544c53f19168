import type { Envelope } from './envelope.js';
import type { MessageContext } from './message-context.js';
import type { Policy } from './policy.js';

/** Runs the rest of the pipeline. May be called again to repeat it. */
export type Next = () => Promise<unknown>;

/**
 * Behavior (middleware) around handlers: acts before `next()`, after it, or instead of it.
 *
 * Contract: resolve with the result of `next()` unless you replace it; rethrow errors that you do not
 * handle; return `next()` without `await` if nothing follows, which is free. A behavior is shared
 * by all its messages and runs concurrently.
 *
 * @publicApi
 */
export interface Behavior {
  /** The side of the handler; a `SendBehavior` is one of the other side. */
  readonly side?: 'handle';
  handle(envelope: Envelope, context: MessageContext, next: Next): Promise<unknown>;
}

/** A behavior, or a behavior class that the container instantiates. */
// `never[]` accepts classes with any constructor; the container supplies the arguments.
export type BehaviorRef = Behavior | (new (...dependencies: never[]) => Behavior);

/** Entry of `behaviors`: a behavior, a behavior class, or a policy of `retry`, `circuitBreaker`, `rateLimit` or `bulkhead`. */
export type BehaviorOption = BehaviorRef | Policy;
