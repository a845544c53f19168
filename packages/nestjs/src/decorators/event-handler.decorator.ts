import type { EventHandlerOptions, MessageConstructor, MessageContext } from '@catga/core';
import { writeHandlerMetadata } from './handler-metadata.js';

// A function type, because methods of interfaces are compared loosely (bivariantly) and would let a wrong handler pass.
type Handle<E> = (event: E, context: MessageContext) => PromiseLike<void> | void;

/** Decorates a class that implements `IEventHandler<E>`, or a method that takes `E`. */
export interface EventHandlerDecorator<E extends object> {
  (target: new (...dependencies: never[]) => { readonly handle: Handle<E> }): void;
  (target: object, method: string | symbol, descriptor: { readonly value?: Handle<E> }): void;
}

/**
 * Class or method decorator: handles one or more types of events. The last argument may be options.
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
export function EventHandler(
  ...all: readonly (MessageConstructor | EventHandlerOptions)[]
): EventHandlerDecorator<never> {
  const isClass = (value: unknown): value is MessageConstructor => typeof value === 'function';
  const options = all.find((value): value is EventHandlerOptions => !isClass(value)) ?? {};
  return (target: object, _method?: string | symbol, descriptor?: { readonly value?: object }): void =>
    writeHandlerMetadata(descriptor?.value ?? target, {
      kind: 'event',
      messages: all.filter(isClass),
      options,
    });
}
