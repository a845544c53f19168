import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { CatgaOptions } from '@catga/core';

/** What `CatgaModule.forRoot` takes. */
export type CatgaModuleOptions = CatgaOptions;

/** Makes the options, for `forRootAsync({ useClass })` and `({ useExisting })`. */
export interface CatgaOptionsFactory {
  createCatgaOptions(): CatgaModuleOptions | Promise<CatgaModuleOptions>;
}

/** Options that are about the module rather than the node. */
export interface CatgaModuleExtras {
  /**
   * Whether every module can inject what this one exports without importing it.
   * @defaultValue true
   */
  readonly isGlobal?: boolean;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<CatgaModuleOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createCatgaOptions')
    .setExtras<CatgaModuleExtras>({ isGlobal: true }, (definition, { isGlobal }) => ({
      ...definition,
      global: isGlobal,
    }))
    .build();
