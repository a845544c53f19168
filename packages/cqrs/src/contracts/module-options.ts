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
   * Is told of commands.
   * @defaultValue puts them into the command bus, which is an observable
   */
  commandPublisher?: ICommandPublisher;
  /**
   * Takes events where they go.
   * @defaultValue puts them into the event bus, and takes them to their handlers
   */
  eventPublisher?: IEventPublisher;
  /**
   * Is told of queries.
   * @defaultValue puts them into the query bus, which is an observable
   */
  queryPublisher?: IQueryPublisher;
  /**
   * Is told of errors that reach no caller.
   * @defaultValue puts them into the exception bus, which is an observable
   */
  unhandledExceptionPublisher?: IUnhandledExceptionPublisher;
  /**
   * Which handlers an event reaches.
   * @defaultValue those of its class, or of its nearest base class that has any
   */
  eventIdProvider?: EventIdProvider;
  /**
   * Whether errors of event handlers and sagas are thrown where nobody catches them, which ends the process, instead of being
   * logged and told to the exception bus.
   * @defaultValue false
   */
  rethrowUnhandled?: boolean;
  /**
   * Whether the application refuses to start with two handlers for one command or query, or one event handler in two modules.
   * @defaultValue false: the last handler of a command or query wins, with a warning; such an event handler runs twice
   */
  strict?: boolean;
  /**
   * Options of the node under the buses; `false` if the application imports `CatgaModule` itself.
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
  // oxlint-disable-next-line typescript/no-explicit-any -- the types of what is injected are the application's
  useFactory?: (...args: any[]) => Promise<CqrsModuleOptions> | CqrsModuleOptions;
  useValue?: CqrsModuleOptions;
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  extraProviders?: Provider[];
  /** `false` if the application imports `CatgaModule` itself: the options come too late to say so. */
  catga?: false;
}
