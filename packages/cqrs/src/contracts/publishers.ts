/* oxlint-disable typescript/no-explicit-any -- the types that applications of @nestjs/cqrs were written against */
import type { Type } from '@nestjs/common';
import type { Observable, Subject, UnaryFunction } from 'rxjs';
import type { AsyncContext } from './async-context.js';
import type { ICommand, IEvent, IQuery } from './messages.js';

/** Publisher called with each command before it is handled. */
export interface ICommandPublisher<CommandBase extends ICommand = ICommand> {
  publish<T extends CommandBase = CommandBase>(command: T): any;
}

/** Publisher called with each query before it is handled. */
export interface IQueryPublisher<QueryBase extends IQuery = IQuery> {
  publish<T extends QueryBase = QueryBase>(query: T): any;
}

/** Publisher of events, which replaces that of the bus. */
export interface IEventPublisher<EventBase extends IEvent = IEvent> {
  /**
   * @param dispatcherContext source of the event, such as its aggregate
   * @param asyncContext the context of request-scoped handlers
   */
  publish<TEvent extends EventBase>(
    event: TEvent,
    dispatcherContext?: unknown,
    asyncContext?: AsyncContext,
  ): any;
  /** Publishes several events; replaces one `publish` for each. */
  publishAll?<TEvent extends EventBase>(
    events: TEvent[],
    dispatcherContext?: unknown,
    asyncContext?: AsyncContext,
  ): any;
}

/** External source of events. */
export interface IMessageSource<EventBase extends IEvent = IEvent> {
  /** Emits its events into the subject. */
  bridgeEventsTo<T extends EventBase>(subject: Subject<T>): any;
}

/** Maps events to handlers: an event reaches the handlers of event classes with the same id. */
export interface EventIdProvider<EventBase extends IEvent = IEvent> {
  /** Id of an event class; null if it has no handlers. */
  getEventId(event: Type<EventBase>): string | null;
}

/** An error that reached no caller. */
export interface UnhandledExceptionInfo<Cause = IEvent | ICommand, Exception = any> {
  /** What was thrown. */
  exception: Exception;
  /** The event, the command of a saga, or the name of the saga. */
  cause: Cause;
}

/** Publisher called with each error that reached no caller. */
export interface IUnhandledExceptionPublisher<CauseBase = IEvent | ICommand, ExceptionBase = any> {
  publish(info: UnhandledExceptionInfo<CauseBase, ExceptionBase>): any;
}

/** Handler of an event class as an operator, which runs it for matching events. */
export type EventOperator<EventBase extends IEvent = IEvent> = UnaryFunction<
  Observable<EventBase>,
  Observable<any>
>;

/** Saga: maps a stream of events to a stream of commands. */
export type ISaga<EventBase extends IEvent = IEvent, CommandBase extends ICommand = ICommand> = (
  events$: Observable<EventBase>,
) => Observable<CommandBase>;
