import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { CatgaOptions } from '@catga/core';
import { GLOBAL_ENHANCERS } from './explorer/global-enhancers.js';

/** Options of `CatgaModule.forRoot`. */
export type CatgaModuleOptions = CatgaOptions;

/** Factory of the options, for `forRootAsync({ useClass })` and `({ useExisting })`. */
export interface CatgaOptionsFactory {
  createCatgaOptions(): CatgaModuleOptions | Promise<CatgaModuleOptions>;
}

/** Options of the module itself, not of the node. */
export interface CatgaModuleExtras {
  /**
   * Whether all modules can inject the exported providers without importing `CatgaModule`.
   * @defaultValue true
   */
  readonly isGlobal?: boolean;
  /**
   * Whether the application's global guards, interceptors, pipes and filters apply to handlers too: those of `APP_GUARD`,
   * `APP_INTERCEPTOR`, `APP_PIPE` and `APP_FILTER` and of `app.useGlobalGuards()` and its like. They must know the context
   * type `'catga'`, and run again for a message that a guarded controller sends.
   * @defaultValue false
   */
  readonly globalEnhancers?: boolean;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<CatgaModuleOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createCatgaOptions')
    .setExtras<CatgaModuleExtras>(
      { isGlobal: true, globalEnhancers: false },
      (definition, { isGlobal, globalEnhancers }) => ({
        ...definition,
        global: isGlobal ?? true,
        providers: [
          ...(definition.providers ?? []),
          { provide: GLOBAL_ENHANCERS, useValue: globalEnhancers ?? false },
        ],
      }),
    )
    .build();
