import { Injectable } from '@nestjs/common';
import { HandlerSource } from '@catga/nestjs';
import type { ExploredProvider } from '@catga/nestjs';
import { CatgaSchedules } from './catga-schedules.js';
import { SCHEDULED_DECORATOR, schedulesOf } from './scheduled.decorator.js';

/** Finds the schedules of the application's providers. */
@Injectable()
export class ScheduleSource extends HandlerSource {
  readonly decorator = SCHEDULED_DECORATOR;

  constructor(private readonly schedules: CatgaSchedules) {
    super();
  }

  register(providers: readonly ExploredProvider[]): readonly string[] {
    const declaring = new Map(
      providers.flatMap(({ classes, location }) =>
        classes.flatMap((target) => (schedulesOf(target).length > 0 ? [[target, location] as const] : [])),
      ),
    );
    return [...declaring].flatMap(([target, location]) =>
      schedulesOf(target).flatMap(
        (declared) => this.schedules.add(declared, `${target.name} (${location})`) ?? [],
      ),
    );
  }
}
