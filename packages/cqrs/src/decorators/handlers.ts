import 'reflect-metadata';
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
  markRequest,
} from './metadata.js';

/** A message, by its class. */
// oxlint-disable-next-line typescript/no-explicit-any -- any constructor
type ClassOf<T> = T | (new (...args: any[]) => T);

/**
 * Class decorator: the handler of a command. The last of several wins.
 *
 * @publicApi
 */
export const CommandHandler =
  (command: ClassOf<ICommand>, options?: RequestHandlerDecoratorOptions): ClassDecorator =>
  (target) => {
    identify(COMMAND_METADATA, command);
    markRequest(command, 'command');
    Reflect.defineMetadata(COMMAND_HANDLER_METADATA, command, target);
    applyOptions(target, options);
  };

/**
 * Class decorator: the handler of a query. The last of several wins.
 *
 * @publicApi
 */
export const QueryHandler =
  (query: ClassOf<IQuery>, options?: RequestHandlerDecoratorOptions): ClassDecorator =>
  (target) => {
    identify(QUERY_METADATA, query);
    markRequest(query, 'query');
    Reflect.defineMetadata(QUERY_HANDLER_METADATA, query, target);
    applyOptions(target, options);
  };

/**
 * Class decorator: a handler of one or more event classes. The last argument may be options.
 *
 * @publicApi
 */
export const EventsHandler =
  (...events: (ClassOf<IEvent> | EventsHandlerDecoratorOptions)[]): ClassDecorator =>
  (target) => {
    const last = events.at(-1);
    const options = isDecoratorOptions(last) ? last : undefined;
    const classes = options === undefined ? events : events.slice(0, -1);
    for (const event of classes) identify(EVENT_METADATA, event);
    Reflect.defineMetadata(EVENTS_HANDLER_METADATA, classes, target);
    applyOptions(target, options);
  };
