import type { EventHandlerOptions, MessageConstructor, MessageContext } from '@catga/core';
import { declareHandler, isClass, notAClass } from './handler-metadata.js';
import type { Declared } from './handler-metadata.js';

// A function type: methods of interfaces are compared bivariantly and would accept a wrong handler.
type Handle<E> = (event: E, context: MessageContext) => PromiseLike<void> | void;

/** Decorates a class that implements `IEventHandler<E>`, or a method that takes `E`. */
export interface EventHandlerDecorator<E extends object> {
  (target: abstract new (...dependencies: never[]) => { readonly handle: Handle<E> }): void;
  (target: object, method: string | symbol, descriptor: { readonly value?: Handle<E> }): void;
}

/**
 * Class or method decorator: a handler of one or more event classes. The last argument may be options.
 *
 * @example `@EventHandler(OrderPlaced, OrderShipped, { name: 'order-history' })`
 * @publicApi
 */
export function EventHandler<T extends readonly MessageConstructor[]>(
  ...messages: T
): EventHandlerDecorator<InstanceType<T[number]>>;
export function EventHandler<T extends readonly MessageConstructor[]>(
  ...messagesAndOptions: readonly [...T, EventHandlerOptions]
): EventHandlerDecorator<InstanceType<T[number]>>;
export function EventHandler(...all: readonly unknown[]): EventHandlerDecorator<never> {
  const last = all.at(-1);
  const options = isOptions(last) ? last : undefined;
  const declared = declare(options === undefined ? all : all.slice(0, -1), options ?? {});
  return (target: object, member?: string | symbol, descriptor?: { readonly value?: unknown }): void =>
    declareHandler('@EventHandler', { target, member, descriptor }, declared);
}

function declare(messages: readonly unknown[], options: EventHandlerOptions): Declared {
  if (messages.length === 0)
    return { kind: 'wrong', problem: 'uses @EventHandler without an event: name the class of one or more.' };
  const wrong = messages.flatMap((message, index) =>
    isClass(message) ? [] : [`event ${index + 1} is ${notAClass(message)}`],
  );
  if (wrong.length > 0) return { kind: 'wrong', problem: `uses @EventHandler, whose ${wrong.join(' ')}` };
  return { kind: 'event', messages: messages.filter(isClass), options };
}

function isOptions(value: unknown): value is EventHandlerOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
