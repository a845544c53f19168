import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CatgaNode, madeForDescriptions } from '@catga/nestjs';
import { CatgaSchedules, SCHEDULING_NODE } from './catga-schedules.js';
import { ScheduleSource } from './schedule-source.js';

/**
 * Nest module of schedules: finds the classes with `@Scheduled` among the providers of the application, and exports {@link CatgaSchedules}.
 * Import `CatgaModule` beside it. The last tick of each schedule is recorded by its engine.
 *
 * @example `imports: [CatgaModule.forRoot(), CatgaSchedulesModule.forRoot()]`
 * @publicApi
 */
@Module({})
export class CatgaSchedulesModule {
  static forRoot(): DynamicModule {
    return {
      module: CatgaSchedulesModule,
      global: true,
      providers: [
        {
          provide: SCHEDULING_NODE,
          inject: [ModuleRef],
          useFactory: (moduleRef: ModuleRef) => () => moduleRef.get(CatgaNode, { strict: false }),
        },
        CatgaSchedules,
        ScheduleSource,
      ],
      exports: [CatgaSchedules],
    };
  }
}

madeForDescriptions(CatgaSchedulesModule);
