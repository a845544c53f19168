import { Injectable } from '@nestjs/common';
import type { InjectableOptions } from '@nestjs/common';
import type { EventHandlerOptions, RequestHandlerOptions } from '@catga/core';
import { NODE_OPTIONS_METADATA } from './metadata.js';

/** Options of a handler of commands or queries: Nest's scope, and options of the node. */
export type RequestHandlerDecoratorOptions = InjectableOptions & RequestHandlerOptions;

/**
 * Options of a handler of events: Nest's scope, and options of the node. `scope` is Nest's; `subscription` decides whether one node of the
 * service or every node gets an event.
 */
export type EventsHandlerDecoratorOptions = InjectableOptions &
  Omit<EventHandlerOptions, 'scope'> & {
    /** @defaultValue 'service' */
    readonly subscription?: 'service' | 'node';
  };

const NAMES: Readonly<Record<keyof EventsHandlerDecoratorOptions, true>> = {
  scope: true,
  durable: true,
  subscription: true,
  transaction: true,
  name: true,
  concurrency: true,
  startFrom: true,
  maxAttempts: true,
  backoff: true,
  whenDead: true,
};

/** Whether the last argument of `@EventsHandler` is an options object, not an event. */
export function isDecoratorOptions(value: unknown): value is EventsHandlerDecoratorOptions {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => Object.hasOwn(NAMES, name));
}

/** Passes Nest its part of the options, and stores the rest for the node. */
export function applyOptions(
  target: object,
  options: RequestHandlerDecoratorOptions | EventsHandlerDecoratorOptions | undefined,
): void {
  if (options === undefined) return;
  const { scope, durable, ...rest } = options;
  if (scope !== undefined || durable !== undefined)
    Injectable({ ...(scope !== undefined && { scope }), ...(durable !== undefined && { durable }) })(
      target as Parameters<ClassDecorator>[0],
    );
  Reflect.defineMetadata(NODE_OPTIONS_METADATA, rest, target);
}

/** Options of a handler for the node. */
export function nodeOptionsOf(target: object): RequestHandlerOptions & EventHandlerOptions {
  const options: unknown = Reflect.getMetadata(NODE_OPTIONS_METADATA, target);
  const { subscription, ...rest } = (options ?? {}) as Omit<EventsHandlerDecoratorOptions, 'scope'>;
  return { ...rest, ...(subscription !== undefined && { scope: subscription }) };
}
