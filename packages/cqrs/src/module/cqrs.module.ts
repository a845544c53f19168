import { Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnModuleDestroy, Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CatgaModule, madeForDescriptions } from '@catga/nestjs';
import { EventPublisher } from '../aggregates/event-publisher.js';
import { busStarted } from '../aggregates/publishing-bus.js';
import { CommandBus } from '../buses/command-bus.js';
import { EventBus } from '../buses/event-bus.js';
import { QueryBus } from '../buses/query-bus.js';
import { UnhandledExceptionBus } from '../buses/unhandled-exception-bus.js';
import type { IEvent } from '../contracts/messages.js';
import type {
  CqrsModuleAsyncOptions,
  CqrsModuleOptions,
  CqrsModuleOptionsFactory,
} from '../contracts/module-options.js';
import { findProviders } from '../node/found-handlers.js';
import { CqrsHandlers } from './cqrs-handlers.js';
import { CQRS_MODULE_OPTIONS } from './options-token.js';

/** Node defaults that a cqrs application expects. */
const NODE_DEFAULTS = { remote: 'named', inheritance: 'nearest' } as const;

/** Provides the options, which the node needs, too. */
@Module({})
class CqrsOptionsModule {}

/**
 * The buses, on a node of Catga.
 *
 * @publicApi
 */
@Module({
  providers: [CommandBus, QueryBus, EventBus, UnhandledExceptionBus, EventPublisher, CqrsHandlers],
  exports: [CommandBus, QueryBus, EventBus, UnhandledExceptionBus, EventPublisher],
})
export class CqrsModule<EventBase extends IEvent = IEvent>
  implements OnApplicationBootstrap, OnModuleDestroy
{
  private stopped: (() => void) | undefined;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly eventBus: EventBus<EventBase>,
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  /** The global module. Without `forRoot` and `CatgaModule` the buses work in the process alone. */
  static forRoot(options: CqrsModuleOptions = {}): DynamicModule {
    const { catga } = options;
    return {
      module: CqrsModule,
      global: true,
      imports: catga === false ? [] : [CatgaModule.forRoot({ ...NODE_DEFAULTS, ...catga })],
      providers: [{ provide: CQRS_MODULE_OPTIONS, useValue: options }],
    };
  }

  /** Like {@link forRoot}, with options from a factory. */
  static forRootAsync(options: CqrsModuleAsyncOptions): DynamicModule {
    const ofOptions: DynamicModule = {
      module: CqrsOptionsModule,
      imports: options.imports ?? [],
      providers: [...(options.extraProviders ?? []), ...optionsProviders(options)],
      exports: [CQRS_MODULE_OPTIONS],
    };
    const node = CatgaModule.forRootAsync({
      imports: [ofOptions],
      inject: [CQRS_MODULE_OPTIONS],
      useFactory: ({ catga }: CqrsModuleOptions) => ({ ...NODE_DEFAULTS, ...(catga === false ? {} : catga) }),
    });
    return {
      module: CqrsModule,
      global: true,
      imports: [ofOptions, ...(options.catga === false ? [] : [node])],
      exports: [ofOptions],
    };
  }

  onApplicationBootstrap(): void {
    const { commands, queries, events, sagas } = findProviders(this.modules);
    this.eventBus.register(events as Parameters<EventBus<EventBase>['register']>[0]);
    this.commandBus.register(commands as Parameters<CommandBus['register']>[0]);
    this.queryBus.register(queries as Parameters<QueryBus['register']>[0]);
    this.eventBus.registerSagas(sagas);
    this.stopped = busStarted(this.eventBus);
  }

  onModuleDestroy(): void {
    this.stopped?.();
  }
}

// Descriptions of an application include the registered handlers.
madeForDescriptions(CqrsModule);

function optionsProviders({
  useValue,
  useFactory,
  inject,
  useClass,
  useExisting,
}: CqrsModuleAsyncOptions): Provider[] {
  const provide = CQRS_MODULE_OPTIONS;
  if (useValue) return [{ provide, useValue }];
  if (useFactory) return [{ provide, useFactory, inject: inject ?? [] }];
  const factory = useClass ?? useExisting;
  if (factory === undefined)
    throw new TypeError(
      'CqrsModule.forRootAsync needs one of useFactory, useClass, useExisting and useValue.',
    );
  return [
    ...(useClass ? [useClass] : []),
    {
      provide,
      inject: [factory],
      useFactory: (made: CqrsModuleOptionsFactory) => made.createCqrsOptions(),
    },
  ];
}
