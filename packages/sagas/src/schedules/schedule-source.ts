import { Injectable } from '@nestjs/common';
import { HandlerSource } from '@catga/nestjs';
import type { CatgaNode, ExploredProvider } from '@catga/nestjs';
import { ListSchedules } from '@catga/core/admin';
import type { ScheduleSummary } from '@catga/core/admin';
import { CatgaSchedules } from './catga-schedules.js';
import type { ScheduleInfo } from './catga-schedules.js';
import { SCHEDULED_DECORATOR, schedulesOf } from './scheduled.decorator.js';

/** Finds the schedules of the application's providers. */
@Injectable()
export class ScheduleSource extends HandlerSource {
  readonly decorator = SCHEDULED_DECORATOR;

  constructor(private readonly schedules: CatgaSchedules) {
    super();
  }

  register(providers: readonly ExploredProvider[], node: CatgaNode): readonly string[] {
    node.answerTools('sagas', ListSchedules, async (question) => {
      const schedules = await this.schedules.list({ limit: (question as ListSchedules).runs });
      return schedules.map(summaryOf);
    });
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

function summaryOf({ lastTick, next, ...schedule }: ScheduleInfo): ScheduleSummary {
  return {
    ...schedule,
    ...(lastTick !== undefined && { lastTickMs: lastTick.getTime() }),
    nextMs: next.map((tick) => tick.getTime()),
  };
}
