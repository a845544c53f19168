import type {
  CatgaRequest,
  MessageConstructor,
  MessageContext,
  RequestHandlerOptions,
  ResultOf,
} from '@catga/core';
import { declareHandler, isClass, notAClass } from './handler-metadata.js';
import type { Declared } from './handler-metadata.js';

type Handle<T> = (request: T, context: MessageContext) => PromiseLike<ResultOf<T>> | ResultOf<T>;

/** Decorates a class that implements `IRequestHandler<T>`, or a method that takes `T` and returns its result. */
export interface RequestHandlerDecorator<T extends CatgaRequest<unknown>> {
  (target: abstract new (...dependencies: never[]) => { readonly handle: Handle<T> }): void;
  (target: object, method: string | symbol, descriptor: { readonly value?: Handle<T> }): void;
}

/**
 * Class or method decorator: the handler of one request class. A request has exactly one handler; the application does
 * not start with two. The options apply to queued commands.
 *
 * @example `@RequestHandler(ChargeCard, { concurrency: 1, maxAttempts: 3 })`
 * @publicApi
 */
export function RequestHandler<T extends CatgaRequest<unknown>>(
  message: MessageConstructor<T>,
  options: RequestHandlerOptions = {},
): RequestHandlerDecorator<T> {
  const declared: Declared = isClass(message)
    ? { kind: 'request', message, options }
    : { kind: 'wrong', problem: `uses @RequestHandler with ${notAClass(message)}` };
  return (target: object, member?: string | symbol, descriptor?: { readonly value?: unknown }): void =>
    declareHandler('@RequestHandler', { target, member, descriptor }, declared);
}
