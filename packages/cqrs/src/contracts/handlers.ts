/* oxlint-disable typescript/no-explicit-any -- the types that applications of @nestjs/cqrs were written against */
import type { Type } from '@nestjs/common';
import type { Command, ICommand, IEvent, IQuery, IQueryResult, Query } from './messages.js';

/**
 * Handler of a command, decorated with `@CommandHandler`.
 *
 * @publicApi
 */
export type ICommandHandler<TCommand extends ICommand = any, TResult = any> =
  TCommand extends Command<infer Result>
    ? { execute(command: TCommand): Promise<Result> }
    : { execute(command: TCommand): Promise<TResult> };

/**
 * Handler of a query, decorated with `@QueryHandler`.
 *
 * @publicApi
 */
export type IQueryHandler<T extends IQuery = any, TRes = any> =
  T extends Query<infer Result>
    ? { execute(query: T): Promise<Result> }
    : { execute(query: T): Promise<TRes> };

/**
 * Handler of events, decorated with `@EventsHandler`.
 *
 * @publicApi
 */
export interface IEventHandler<T extends IEvent = any> {
  handle(event: T): any;
}

/** Class of a command handler. */
export type CommandHandlerType<T extends ICommand = ICommand> = Type<ICommandHandler<T>>;

/** Class of a query handler. */
export type QueryHandlerType<
  QueryBase extends IQuery = IQuery,
  QueryResultBase extends IQueryResult = IQueryResult,
> = Type<IQueryHandler<QueryBase, QueryResultBase>>;

/** Class of an event handler. */
export type EventHandlerType<EventBase extends IEvent = IEvent> = Type<IEventHandler<EventBase>>;
