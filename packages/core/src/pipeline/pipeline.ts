import type { Behavior } from '../contracts/behavior.js';
import type { Envelope } from '../contracts/envelope.js';
import type { MessageContext } from '../contracts/message-context.js';

/** A pipeline, or the rest of one. Never throws: what goes wrong is a rejected promise. */
export type Step = (envelope: Envelope, context: MessageContext) => Promise<unknown>;

/** What a handler registered with the kernel looks like: the user's method, or what a framework put around it. */
export type HandlerFunction = (message: object, context: MessageContext) => unknown;

/** The last step: the handler, whether it returns a promise, a value, or throws. */
export function handlerStep(handler: HandlerFunction): Step {
  return (envelope, context) => {
    try {
      const result = handler(envelope.message, context);
      return result instanceof Promise ? (result as Promise<unknown>) : Promise.resolve(result);
    } catch (thrown) {
      // The handler's own error goes on as it is.
      // oxlint-disable-next-line prefer-promise-reject-errors
      return Promise.reject(thrown);
    }
  };
}

/** Puts behaviors around a step, the first one outermost. Done once per handler, at start-up. */
export function compilePipeline(behaviors: readonly Behavior[], last: Step): Step {
  return behaviors.reduceRight<Step>((next, behavior) => around(behavior, next), last);
}

function around(behavior: Behavior, next: Step): Step {
  return (envelope, context) => {
    try {
      return behavior.handle(envelope, context, () => next(envelope, context));
    } catch (thrown) {
      // oxlint-disable-next-line prefer-promise-reject-errors
      return Promise.reject(thrown);
    }
  };
}
