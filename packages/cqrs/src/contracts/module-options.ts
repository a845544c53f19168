import type {
  InjectionToken,
  ModuleMetadata,
  OptionalFactoryDependency,
  Provider,
  Type,
} from '@nestjs/common';
import type { CatgaModuleExtras, CatgaModuleOptions } from '@catga/nestjs';
import type {
  EventIdProvider,
  ICommandPublisher,
  IEventPublisher,
  IQueryPublisher,
  IUnhandledExceptionPublisher,
} from './publishers.js';

/**
 * Options of `CqrsModule`.
 *
 * @publicApi
 */
export interface CqrsModuleOptions {
  /**
   * Publisher called with each command.
   * @defaultValue emits them into the stream of the command bus
   */
  commandPublisher?: ICommandPublisher;
  /**
   * Publisher of events.
   * @defaultValue emits them into the stream of the event bus, and delivers them to their handlers
   */
  eventPublisher?: IEventPublisher;
  /**
   * Publisher called with each query.
   * @defaultValue emits them into the stream of the query bus
   */
  queryPublisher?: IQueryPublisher;
  /**
   * Publisher called with each error that reaches no caller.
   * @defaultValue emits them into the stream of the exception bus
   */
  unhandledExceptionPublisher?: IUnhandledExceptionPublisher;
  /**
   * Mapping of events to handlers.
   * @defaultValue those of its class, or of its nearest base class that has any
   */
  eventIdProvider?: EventIdProvider;
  /**
   * Whether errors of event handlers and sagas are rethrown as uncaught exceptions, which ends the process, instead of being logged and
   * sent to the exception bus.
   * @defaultValue false
   */
  rethrowUnhandled?: boolean;
  /**
   * Whether the application refuses to start with two handlers for one command or query, or one event handler in two modules.
   * @defaultValue false: the last handler of a command or query wins, with a warning; such an event handler runs twice
   */
  strict?: boolean;
  /**
   * Options of the node of the buses; `false` if the application imports `CatgaModule` itself.
   * @defaultValue the memory engine, with `remote: 'named'` and `inheritance: 'nearest'`
   */
  catga?: (CatgaModuleOptions & CatgaModuleExtras) | false;
}

/** Factory of the options, for `forRootAsync({ useClass })` and `({ useExisting })`. */
export interface CqrsModuleOptionsFactory {
  createCqrsOptions(): Promise<CqrsModuleOptions> | CqrsModuleOptions;
}

/**
 * Options of `CqrsModule.forRootAsync`.
 *
 * @publicApi
 */
export interface CqrsModuleAsyncOptions {
  imports?: ModuleMetadata['imports'];
  useExisting?: Type<CqrsModuleOptionsFactory>;
  useClass?: Type<CqrsModuleOptionsFactory>;
  // oxlint-disable-next-line typescript/no-explicit-any -- the types of injected providers are the application's
  useFactory?: (...args: any[]) => Promise<CqrsModuleOptions> | CqrsModuleOptions;
  useValue?: CqrsModuleOptions;
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  extraProviders?: Provider[];
  /** `false` if the application imports `CatgaModule` itself. The options of the factory arrive too late for this. */
  catga?: false;
}
