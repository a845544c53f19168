import { Module } from '@nestjs/common';
import type { CanActivate, DynamicModule, ModuleMetadata, Type } from '@nestjs/common';
import type { AsyncApiInfo } from '@catga/core/admin';
import { asyncApiController } from './async-api.controller.js';

/** Options of {@link CatgaAsyncApiModule}. */
export interface CatgaAsyncApiOptions extends AsyncApiInfo {
  /**
   * Path of the document without its extension, below the global prefix.
   * @defaultValue 'asyncapi'
   */
  readonly path?: string;
  /**
   * Guards of the document. Without one, only clients on the same machine are served.
   * @defaultValue none
   */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[];
  /** Modules with the providers that the guards inject. */
  readonly imports?: ModuleMetadata['imports'];
}

/**
 * Nest module that serves the AsyncAPI 3.1 document of the application, the same as `catga describe`: `GET /asyncapi.json` and `GET
 * /asyncapi.yaml`, on Express and Fastify. Import `CatgaModule` beside it.
 *
 * @example `imports: [CatgaModule.forRoot(), CatgaAsyncApiModule.forRoot({ version: '1.4.0' })]`
 * @publicApi
 */
@Module({})
export class CatgaAsyncApiModule {
  static forRoot({
    path = 'asyncapi',
    guards = [],
    imports = [],
    ...info
  }: CatgaAsyncApiOptions): DynamicModule {
    return {
      module: CatgaAsyncApiModule,
      imports,
      controllers: [asyncApiController(path, guards, info)],
    };
  }
}
