import { Logger, Module } from '@nestjs/common';
import type { DynamicModule, InjectionToken, ModuleMetadata, Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CatgaNode, madeForDescriptions } from '@catga/nestjs';
import { GuardedLogger, checkedOptions } from '@catga/core/engine';
import { z } from 'zod';
import { CatgaAggregates } from './catga-aggregates.js';
import { CatgaEventStreams } from './catga-event-streams.js';
import { DecisionSource } from './decision-source.js';
import { DecisionHost } from './definition/decision-handler.decorator.js';
import { EventSourcingHost } from './event-sourcing-host.js';
import { CatgaProjections } from './projections/catga-projections.js';
import { ReadBarrier } from './projections/read-barrier.js';
import { ProjectionSource } from './projections/projection-source.js';
import type { EventStorage } from './store/event-store.js';
import { memoryEventStore } from './store/memory-event-store.js';

/**
 * Options of the module.
 *
 * @publicApi
 */
export interface EventSourcingOptions {
  /**
   * Storage of the events.
   * @defaultValue `memoryEventStore()`, which ends with the process
   */
  readonly storage?: EventStorage;
}

/**
 * Factory of the options.
 *
 * @publicApi
 */
export interface EventSourcingAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: InjectionToken[];
  readonly useFactory: (...dependencies: never[]) => EventSourcingOptions | Promise<EventSourcingOptions>;
}

const isStorage = (value: unknown): boolean =>
  typeof (value as Partial<EventStorage> | null | undefined)?.open === 'function';

const schema = z.strictObject({
  storage: z
    .custom<EventStorage>(
      isStorage,
      'must be the result of sqlEventStore(database), engineEventStore() or memoryEventStore()',
    )
    .optional(),
});

const OPTIONS = Symbol('CATGA_EVENT_SOURCING_OPTIONS');

/** The options, in a module of their own, so that `catga describe` does not call their factory. */
@Module({})
class EventSourcingOptionsModule {
  static of(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
    return { module: EventSourcingOptionsModule, imports, providers: [options], exports: [OPTIONS] };
  }
}

/**
 * Nest module of event sourcing: finds the classes with `@DecisionHandler` among the providers of the application, opens the event
 * store, and exports {@link CatgaEventStreams}. Import `CatgaModule` beside it.
 *
 * @example `imports: [CatgaModule.forRoot(), CatgaEventSourcingModule.forRoot()]`
 * @publicApi
 */
@Module({})
export class CatgaEventSourcingModule {
  /** Throws `CATGA_CONFIGURATION` for invalid options. */
  static forRoot(options: EventSourcingOptions = {}): DynamicModule {
    return withOptions(EventSourcingOptionsModule.of({ provide: OPTIONS, useValue: checked(options) }));
  }

  /** Like {@link forRoot}, with options from a factory: the application does not start with invalid ones. */
  static forRootAsync({ imports, inject = [], useFactory }: EventSourcingAsyncOptions): DynamicModule {
    return withOptions(EventSourcingOptionsModule.of({ provide: OPTIONS, inject, useFactory }, imports));
  }
}

madeForDescriptions(CatgaEventSourcingModule);

function checked(options: EventSourcingOptions): { readonly storage?: EventStorage | undefined } {
  return checkedOptions('Event sourcing', schema, options);
}

function withOptions(options: DynamicModule): DynamicModule {
  return {
    module: CatgaEventSourcingModule,
    global: true,
    imports: [options],
    providers: [
      {
        provide: EventSourcingHost,
        inject: [ModuleRef, OPTIONS],
        // `catga describe` does not call the factory of the options.
        useFactory: (moduleRef: ModuleRef, given: EventSourcingOptions | undefined) => {
          const logger = new GuardedLogger(new Logger('Catga'));
          const { storage = memoryEventStore() } = checked(given ?? {});
          return new EventSourcingHost(storage, {
            // It may be in a module that is not global.
            node: () => moduleRef.get<CatgaNode | null>(CatgaNode, { strict: false }),
            resolve: (token) => moduleRef.get<unknown>(token as InjectionToken, { strict: false }),
            warn: (line) => logger.warn(line),
            error: (line) => logger.error(line),
          });
        },
      },
      DecisionSource,
      { provide: DecisionHost, useExisting: EventSourcingHost },
      {
        provide: CatgaEventStreams,
        inject: [EventSourcingHost],
        useFactory: (host: EventSourcingHost) => new CatgaEventStreams(host),
      },
      {
        provide: CatgaAggregates,
        inject: [EventSourcingHost, ModuleRef],
        useFactory: (host: EventSourcingHost, moduleRef: ModuleRef) =>
          new CatgaAggregates(host, () => moduleRef.get<CatgaNode | null>(CatgaNode, { strict: false })),
      },
      {
        provide: CatgaProjections,
        inject: [EventSourcingHost],
        useFactory: (host: EventSourcingHost) => new CatgaProjections(host.projections),
      },
      {
        provide: ReadBarrier,
        inject: [EventSourcingHost],
        useFactory: (host: EventSourcingHost) => new ReadBarrier(host.projections, () => host.store),
      },
      ProjectionSource,
    ],
    exports: [CatgaAggregates, CatgaEventStreams, CatgaProjections, DecisionHost, ReadBarrier],
  };
}
