import type { Envelope } from './envelope.js';
import type { MessageContext } from './message-context.js';
import type { Policy } from './policy.js';

/** Goes on with the rest of the pipeline. May be called again to repeat it. */
export type Next = () => Promise<unknown>;

/**
 * A step around handlers: what it does before `next()`, after it, or instead of it.
 *
 * Contract: resolve with what `next()` resolves with unless you mean to replace the result; rethrow what you do not
 * handle; return `next()` without `await` where nothing is done afterwards, which costs nothing. A behavior is shared
 * by all messages it applies to and runs concurrently.
 *
 * @publicApi
 */
export interface Behavior {
  handle(envelope: Envelope, context: MessageContext, next: Next): Promise<unknown>;
}

/** A behavior, or a class of which the container makes one. */
// `never[]` accepts classes with any constructor; the container supplies the arguments.
export type BehaviorRef = Behavior | (new (...dependencies: never[]) => Behavior);

/** What `behaviors` takes: a behavior, a class of one, or what `retry`, `circuitBreaker`, `rateLimit` and `bulkhead` give. */
export type BehaviorOption = BehaviorRef | Policy;
