// Everything that `@nestjs/cqrs` exports, under the same names. What is new is in options and methods.
export { AggregateRoot } from './aggregates/aggregate-root.js';
export { EventPublisher } from './aggregates/event-publisher.js';
export type { Constructor } from './aggregates/event-publisher.js';
export { Publishable } from './aggregates/publishable.js';
export { WithAggregateRoot } from './aggregates/with-aggregate-root.js';
export type { AbstractConstructor } from './aggregates/with-aggregate-root.js';
export { CommandBus } from './buses/command-bus.js';
export { EventBus } from './buses/event-bus.js';
export { ObservableBus } from './buses/observable-bus.js';
export { ofType } from './buses/of-type.js';
export { QueryBus } from './buses/query-bus.js';
export { UnhandledExceptionBus } from './buses/unhandled-exception-bus.js';
export type { IAggregateRoot } from './contracts/aggregate-root.js';
export { ASYNC_CONTEXT_ATTRIBUTE, AsyncContext } from './contracts/async-context.js';
export type { ICommandBus, IEventBus, IQueryBus } from './contracts/buses.js';
export type {
  CommandHandlerType,
  EventHandlerType,
  ICommandHandler,
  IEventHandler,
  IQueryHandler,
  QueryHandlerType,
} from './contracts/handlers.js';
export { Command, Query } from './contracts/messages.js';
export type {
  CommandResult,
  ICommand,
  IEvent,
  IQuery,
  IQueryResult,
  QueryResult,
} from './contracts/messages.js';
export type {
  CqrsModuleAsyncOptions,
  CqrsModuleOptions,
  CqrsModuleOptionsFactory,
} from './contracts/module-options.js';
export type {
  EventIdProvider,
  EventOperator,
  ICommandPublisher,
  IEventPublisher,
  IMessageSource,
  IQueryPublisher,
  ISaga,
  IUnhandledExceptionPublisher,
  UnhandledExceptionInfo,
} from './contracts/publishers.js';
export type {
  EventsHandlerDecoratorOptions,
  RequestHandlerDecoratorOptions,
} from './decorators/handler-options.js';
export { CommandHandler, EventsHandler, QueryHandler } from './decorators/handlers.js';
export { Saga } from './decorators/saga.js';
export {
  CommandHandlerNotFoundException,
  InvalidCommandHandlerException,
  InvalidEventsHandlerException,
  InvalidQueryHandlerException,
  InvalidSagaException,
  QueryHandlerNotFoundException,
  UnsupportedSagaScopeException,
} from './exceptions/exceptions.js';
export { CqrsModule } from './module/cqrs.module.js';
