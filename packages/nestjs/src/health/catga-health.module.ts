import { Module } from '@nestjs/common';
import type { CanActivate, DynamicModule, Type } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { healthController } from './health.controller.js';

/** Options of {@link CatgaHealthModule}. */
export interface CatgaHealthOptions {
  /**
   * Path of the routes.
   * @defaultValue 'health'
   */
  readonly path?: string;
  /** Serves `details` behind these guards. Without this option there is no such route, because it names handlers. */
  readonly details?: { readonly guards: readonly (Type<CanActivate> | CanActivate)[] };
}

/**
 * Nest module with health routes by Terminus 11 or 12, for probes: `GET /health/live` is up while the process answers, `/health/ready`
 * while the node should get traffic, `/health/broker` while the broker is reachable; `/health/details`, with the option `details`, adds
 * backlogs. A route that is down replies 503 with the reason. Import `CatgaModule` beside it.
 *
 * @example `imports: [CatgaModule.forRoot(), CatgaHealthModule.forRoot()]`
 * @publicApi
 */
@Module({})
export class CatgaHealthModule {
  static forRoot({ path = 'health', details }: CatgaHealthOptions = {}): DynamicModule {
    return {
      module: CatgaHealthModule,
      // The node logs an outage once; a line for each probe would bury it.
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [healthController(path, details?.guards)],
    };
  }
}
