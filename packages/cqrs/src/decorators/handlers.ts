import 'reflect-metadata';
import { CatgaError } from '@catga/core';
import type { ICommand, IEvent, IQuery } from '../contracts/messages.js';
import { applyOptions, isDecoratorOptions } from './handler-options.js';
import type { EventsHandlerDecoratorOptions, RequestHandlerDecoratorOptions } from './handler-options.js';
import {
  COMMAND_HANDLER_METADATA,
  COMMAND_METADATA,
  EVENTS_HANDLER_METADATA,
  EVENT_METADATA,
  QUERY_HANDLER_METADATA,
  QUERY_METADATA,
  identify,
  isTarget,
  markRequest,
} from './metadata.js';

/** A message or its class. */
// oxlint-disable-next-line typescript/no-explicit-any -- any constructor
type ClassOf<T> = T | (new (...args: any[]) => T);

/**
 * Class decorator: the handler of a command. The last of several wins. Throws `CATGA_CONFIGURATION` without a command.
 *
 * @publicApi
 */
export const CommandHandler =
  (command: ClassOf<ICommand>, options?: RequestHandlerDecoratorOptions): ClassDecorator =>
  (target) => {
    requireMessage('@CommandHandler', target, command, 'a command');
    identify(COMMAND_METADATA, command);
    markRequest(command, 'command');
    Reflect.defineMetadata(COMMAND_HANDLER_METADATA, command, target);
    applyOptions(target, options);
  };

/**
 * Class decorator: the handler of a query. The last of several wins. Throws `CATGA_CONFIGURATION` without a query.
 *
 * @publicApi
 */
export const QueryHandler =
  (query: ClassOf<IQuery>, options?: RequestHandlerDecoratorOptions): ClassDecorator =>
  (target) => {
    requireMessage('@QueryHandler', target, query, 'a query');
    identify(QUERY_METADATA, query);
    markRequest(query, 'query');
    Reflect.defineMetadata(QUERY_HANDLER_METADATA, query, target);
    applyOptions(target, options);
  };

/**
 * Class decorator: a handler of one or more event classes. The last argument may be options. Throws `CATGA_CONFIGURATION` without an event.
 *
 * @publicApi
 */
export const EventsHandler =
  (...events: (ClassOf<IEvent> | EventsHandlerDecoratorOptions)[]): ClassDecorator =>
  (target) => {
    const last = events.at(-1);
    const options = isDecoratorOptions(last) ? last : undefined;
    const classes = options === undefined ? events : events.slice(0, -1);
    if (classes.length === 0) requireMessage('@EventsHandler', target, undefined, 'an event');
    for (const event of classes) {
      requireMessage('@EventsHandler', target, event, 'an event');
      identify(EVENT_METADATA, event);
    }
    Reflect.defineMetadata(EVENTS_HANDLER_METADATA, classes, target);
    applyOptions(target, options);
  };

/** Throws for a decorator without a class, with the name of the decorated class, which `@nestjs/cqrs` omits. */
function requireMessage(
  decorator: string,
  target: { readonly name: string },
  message: unknown,
  what: string,
): void {
  if (isTarget(message)) return;
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    `${target.name} uses ${decorator} without the class of ${what}; is it undefined because of a circular import?`,
  );
}
