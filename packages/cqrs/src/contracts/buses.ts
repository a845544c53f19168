/* oxlint-disable typescript/no-explicit-any -- the types that applications of @nestjs/cqrs were written against */
import type { AsyncContext } from './async-context.js';
import type { Command, ICommand, IEvent, IQuery, Query } from './messages.js';

/** Executes commands. */
export interface ICommandBus<CommandBase extends ICommand = ICommand> {
  /** Resolves with the result of the command's handler. */
  execute<R = void>(command: Command<R>): Promise<R>;
  execute<R = void>(command: Command<R>, context?: AsyncContext): Promise<R>;
  execute<T extends CommandBase, R = any>(command: T, context?: AsyncContext): Promise<R>;
}

/** Executes queries. */
export interface IQueryBus<QueryBase extends IQuery = IQuery> {
  /** Resolves with the result of the query's handler. */
  execute<TResult>(query: Query<TResult>): Promise<TResult>;
  execute<T extends QueryBase, TResult = any>(query: T): Promise<TResult>;
  execute<TResult>(query: Query<TResult>, asyncContext: AsyncContext): Promise<TResult>;
  execute<T extends QueryBase, TResult = any>(query: T, asyncContext: AsyncContext): Promise<TResult>;
}

/** Publishes events. */
export interface IEventBus<EventBase extends IEvent = IEvent> {
  publish<TEvent extends EventBase>(event: TEvent): any;
  publish<TEvent extends EventBase>(event: TEvent, asyncContext: AsyncContext): any;
  publish<TEvent extends EventBase, TContext = unknown>(event: TEvent, dispatcherContext: TContext): any;
  publish<TEvent extends EventBase, TContext = unknown>(
    event: TEvent,
    dispatcherContext: TContext,
    asyncContext: AsyncContext,
  ): any;
  publishAll<TEvent extends EventBase>(events: TEvent[]): any;
  publishAll<TEvent extends EventBase>(events: TEvent[], asyncContext: AsyncContext): any;
  publishAll<TEvent extends EventBase, TContext = unknown>(
    events: TEvent[],
    dispatcherContext: TContext,
  ): any;
  publishAll<TEvent extends EventBase, TContext = unknown>(
    events: TEvent[],
    dispatcherContext: TContext,
    asyncContext: AsyncContext,
  ): any;
}
