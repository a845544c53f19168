import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CatgaNode, madeForDescriptions } from '@catga/nestjs';
import { CatgaSagas } from './catga-sagas.js';
import { SagaHost } from './saga-host.js';
import { SagaSource } from './saga-source.js';
import { resolveSagasOptions } from './sagas-options.js';
import type { CatgaSagasOptions } from './sagas-options.js';

/** The node of the application, which may be in a module that is not global. */
function nodeOf(moduleRef: ModuleRef): CatgaNode {
  return moduleRef.get(CatgaNode, { strict: false });
}

/**
 * Nest module of sagas: finds the classes with `@Saga` among the providers of the application, and exports {@link CatgaSagas}. Import
 * `CatgaModule` beside it. The records are stored by its engine, or in the database of its outbox.
 *
 * @example `imports: [CatgaModule.forRoot(), CatgaSagasModule.forRoot()]`
 * @publicApi
 */
@Module({})
export class CatgaSagasModule {
  /** Throws `CATGA_CONFIGURATION` for invalid options. */
  static forRoot(options: CatgaSagasOptions = {}): DynamicModule {
    const { store } = resolveSagasOptions(options);
    return {
      module: CatgaSagasModule,
      global: true,
      providers: [
        {
          provide: SagaHost,
          inject: [ModuleRef],
          useFactory: (moduleRef: ModuleRef) => new SagaHost(() => nodeOf(moduleRef), store),
        },
        SagaSource,
        {
          provide: CatgaSagas,
          inject: [SagaHost],
          useFactory: (host: SagaHost) => new CatgaSagas(host),
        },
      ],
      exports: [CatgaSagas],
    };
  }
}

madeForDescriptions(CatgaSagasModule);
