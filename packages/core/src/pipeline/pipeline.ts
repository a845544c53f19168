import type { Behavior, Next } from '../contracts/behavior.js';
import type { Envelope } from '../contracts/envelope.js';
import type { MessageContext } from '../contracts/message-context.js';
import { toPromise } from '../errors/promise-like.js';

/** A pipeline, or the rest of one. Never throws: errors are rejections. */
export type Step = (envelope: Envelope, context: MessageContext) => Promise<unknown>;

/** Handler function of the kernel: the user's method, or a framework's wrapper. */
export type HandlerFunction = (message: object, context: MessageContext) => unknown;

/** The last step: the handler, whether it returns a promise, a value, or throws. */
export function handlerStep(handler: HandlerFunction): Step {
  return (envelope, context) => {
    try {
      return toPromise(handler(envelope.message, context));
    } catch (thrown) {
      return rejected(thrown);
    }
  };
}

/**
 * Puts behaviors around a step, the first one outermost. Done once per handler, at start-up.
 *
 * Up to three behaviors share a function that has a call of its own for each. One function put around itself again and
 * again would do, but its one call would meet every behavior there is, which the compiler cannot make anything of.
 */
export function compilePipeline(behaviors: readonly Behavior[], last: Step): Step {
  const [first, second, third] = behaviors.slice(-3);
  if (first === undefined) return last;
  const step =
    second === undefined
      ? aroundOne(first, last)
      : third === undefined
        ? aroundTwo(first, second, last)
        : aroundThree(first, second, third, last);
  return compilePipeline(behaviors.slice(0, -3), step);
}

function aroundOne(first: Behavior, last: Step): Step {
  return (envelope, context) => {
    try {
      return toPromise(first.handle(envelope, context, () => heard(last(envelope, context))));
    } catch (thrown) {
      return rejected(thrown);
    }
  };
}

function aroundTwo(first: Behavior, second: Behavior, last: Step): Step {
  return (envelope, context) => {
    const afterSecond: Next = () => heard(last(envelope, context));
    const afterFirst: Next = () => {
      try {
        return heard(toPromise(second.handle(envelope, context, afterSecond)));
      } catch (thrown) {
        return rejected(thrown);
      }
    };
    try {
      return toPromise(first.handle(envelope, context, afterFirst));
    } catch (thrown) {
      return rejected(thrown);
    }
  };
}

function aroundThree(first: Behavior, second: Behavior, third: Behavior, last: Step): Step {
  return (envelope, context) => {
    const afterThird: Next = () => heard(last(envelope, context));
    const afterSecond: Next = () => {
      try {
        return heard(toPromise(third.handle(envelope, context, afterThird)));
      } catch (thrown) {
        return rejected(thrown);
      }
    };
    const afterFirst: Next = () => {
      try {
        return heard(toPromise(second.handle(envelope, context, afterSecond)));
      } catch (thrown) {
        return rejected(thrown);
      }
    };
    try {
      return toPromise(first.handle(envelope, context, afterFirst));
    } catch (thrown) {
      return rejected(thrown);
    }
  };
}

/** A behavior may fail while what it went on to runs: nobody else would hear how that ends. */
export function heard(outcome: Promise<unknown>): Promise<unknown> {
  outcome.then(undefined, ignore);
  return outcome;
}

function ignore(): void {}

/** Rejects with the thrown value unchanged. */
export function rejected(thrown: unknown): Promise<never> {
  // oxlint-disable-next-line prefer-promise-reject-errors
  return Promise.reject(thrown);
}
