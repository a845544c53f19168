/* oxlint-disable typescript/no-explicit-any -- the types that applications of @nestjs/cqrs were written against */
import type { Type } from '@nestjs/common';
import type { Observable, Subject, UnaryFunction } from 'rxjs';
import type { AsyncContext } from './async-context.js';
import type { ICommand, IEvent, IQuery } from './messages.js';

/** Is told of every command, before it is handled. */
export interface ICommandPublisher<CommandBase extends ICommand = ICommand> {
  publish<T extends CommandBase = CommandBase>(command: T): any;
}

/** Is told of every query, before it is handled. */
export interface IQueryPublisher<QueryBase extends IQuery = IQuery> {
  publish<T extends QueryBase = QueryBase>(query: T): any;
}

/** Takes events wherever they are to go, in place of the bus's own publisher. */
export interface IEventPublisher<EventBase extends IEvent = IEvent> {
  /**
   * @param dispatcherContext what published the event, such as its aggregate
   * @param asyncContext the context of request-scoped handlers
   */
  publish<TEvent extends EventBase>(
    event: TEvent,
    dispatcherContext?: unknown,
    asyncContext?: AsyncContext,
  ): any;
  /** In place of one `publish` for each. */
  publishAll?<TEvent extends EventBase>(
    events: TEvent[],
    dispatcherContext?: unknown,
    asyncContext?: AsyncContext,
  ): any;
}

/** Source of events outside of the application. */
export interface IMessageSource<EventBase extends IEvent = IEvent> {
  /** Puts its events into the subject. */
  bridgeEventsTo<T extends EventBase>(subject: Subject<T>): any;
}

/** Says which handlers an event reaches: those of event classes with the same id. */
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

/** Is told of errors that reached no caller. */
export interface IUnhandledExceptionPublisher<CauseBase = IEvent | ICommand, ExceptionBase = any> {
  publish(info: UnhandledExceptionInfo<CauseBase, ExceptionBase>): any;
}

/** The handler of an event class as an operator: runs it for the events that are its. */
export type EventOperator<EventBase extends IEvent = IEvent> = UnaryFunction<
  Observable<EventBase>,
  Observable<any>
>;

/** A saga: commands in answer to events. */
export type ISaga<EventBase extends IEvent = IEvent, CommandBase extends ICommand = ICommand> = (
  events$: Observable<EventBase>,
) => Observable<CommandBase>;
