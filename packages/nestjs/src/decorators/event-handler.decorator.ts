import type { EventHandlerOptions, IEventHandler, MessageConstructor, MessageContext } from '@catga/core';
import { writeHandlerMetadata } from './handler-metadata.js';

/** Decorates a class that implements `IEventHandler<E>`, or a method that takes `E`. */
export interface EventHandlerDecorator<E extends object> {
  (target: new (...dependencies: never[]) => IEventHandler<E>): void;
  (
    target: object,
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<(event: E, context: MessageContext) => Promise<void> | void>,
  ): void;
}

/**
 * Class or method decorator: handles one or more types of events. The last argument may be options.
 *
 * @example `@EventHandler(OrderPlaced, OrderShipped, { name: 'order-history' })`
 * @publicApi
 */
export function EventHandler<T extends readonly MessageConstructor[]>(
  ...messages: readonly [...T, EventHandlerOptions] | readonly [...T]
): EventHandlerDecorator<InstanceType<T[number]>> {
  const all: readonly (MessageConstructor | EventHandlerOptions)[] = messages;
  const isClass = (value: unknown): value is MessageConstructor => typeof value === 'function';
  const options = all.find((value): value is EventHandlerOptions => !isClass(value)) ?? {};
  return (target: object, _method?: string | symbol, descriptor?: { readonly value?: object }): void =>
    writeHandlerMetadata(descriptor?.value ?? target, {
      kind: 'event',
      messages: all.filter(isClass),
      options,
    });
}
