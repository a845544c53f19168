import { Inject, Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { CatgaError } from '@catga/nestjs';
import { describeMessage, toError } from '@catga/core/engine';
import { Schedule } from './schedule.js';
import { ScheduleRunner } from './schedule-runner.js';
import type { SchedulingNode } from './schedule-runner.js';
import { problemsOfSchedule } from './schedule-options.js';
import type { DeclaredSchedule, ScheduleOptions } from './scheduled.decorator.js';

const DEFAULT_RUNS = 5;
const MOST_RUNS = 100;

/**
 * A schedule of this application.
 *
 * @publicApi
 */
export interface ScheduleInfo {
  readonly name: string;
  /** Wire name of the command. */
  readonly command: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: NonNullable<ScheduleOptions['catchUp']>;
  /** Latest tick that any node has queued, or the time when the schedule was first seen; undefined before that. */
  readonly lastTick: Date | undefined;
  /** The next ticks. */
  readonly next: readonly Date[];
}

/** Injection token of the node that queues. */
export const SCHEDULING_NODE: unique symbol = Symbol('SCHEDULING_NODE');

/**
 * The schedules of this application, with their next ticks.
 *
 * @publicApi
 */
@Injectable()
export class CatgaSchedules implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly runners = new Map<string, ScheduleRunner>();
  private readonly logger = new Logger('Catga');

  constructor(@Inject(SCHEDULING_NODE) private readonly node: () => SchedulingNode) {}

  /**
   * All schedules with their next ticks: `limit` of each, 1 to 100, 5 by default. `CATGA_ENGINE_UNAVAILABLE` when the broker does not
   * respond.
   */
  async list({ limit = DEFAULT_RUNS }: { readonly limit?: number } = {}): Promise<readonly ScheduleInfo[]> {
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RUNS)
      throw new CatgaError(
        'CATGA_VALIDATION_FAILED',
        `limit must be a whole number from 1 to ${MOST_RUNS}.`,
        {
          details: { issues: [{ path: 'limit', message: `must be a whole number from 1 to ${MOST_RUNS}` }] },
        },
      );
    const nowMs = await this.node().steps.serverMs();
    return Promise.all(
      [...this.runners.values()].map(async (runner) => {
        const { name, commandName: command, cron, timeZone, catchUp } = runner.schedule;
        const next = runner.schedule.next(nowMs, limit);
        return { name, command, cron, timeZone, catchUp, lastTick: await runner.lastTick(), next };
      }),
    );
  }

  /** Adds a declared schedule. Returns the problem, if there is one. */
  add(declared: DeclaredSchedule, where: string): string | undefined {
    const command = commandNameOf(declared);
    if (typeof command === 'object') return `${where} uses @Scheduled ${command.problem}`;
    const problems = problemsOfSchedule(declared.options);
    if (problems.length > 0) return `${where} uses @Scheduled with wrong options: ${problems.join('; ')}.`;
    const name = declared.options.name ?? command;
    if (this.runners.has(name))
      return `${where} uses @Scheduled with the name '${name}', which another schedule uses: give one of them another \`name\`.`;
    let schedule: Schedule;
    try {
      schedule = new Schedule(name, command, declared);
    } catch (thrown) {
      const { cron, timeZone = 'UTC' } = declared.options;
      return `${where} uses @Scheduled with the invalid schedule '${cron}' in '${timeZone}': ${String(thrown)}.`;
    }
    this.runners.set(name, new ScheduleRunner(schedule, this.node, this.failed));
    return undefined;
  }

  onApplicationBootstrap(): void {
    for (const runner of this.runners.values()) runner.start();
  }

  /** Stops queueing. Ticks in progress are awaited later, so that handlers drain meanwhile. */
  onModuleDestroy(): void {
    for (const runner of this.runners.values()) runner.stop();
  }

  /** Awaits ticks in progress: handlers have ended, the node is still connected. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.node().steps.stop('the schedules', () =>
      Promise.all([...this.runners.values()].map((runner) => runner.settled())),
    );
  }

  private readonly failed = ({ name }: Schedule, thrown: unknown): void => {
    this.logger.warn(`Could not queue the ticks of the schedule '${name}', retrying: ${String(thrown)}`);
  };
}

function commandNameOf({ target }: DeclaredSchedule): string | { readonly problem: string } {
  if (typeof (target as unknown) !== 'function')
    return { problem: 'without the class of a command; is it undefined because of a circular import?' };
  try {
    const { name, kind } = describeMessage(target);
    return kind === 'command' ? name : { problem: `with the ${kind} ${name}: only commands can be queued.` };
  } catch (thrown) {
    return { problem: `with a wrong message: ${toError(thrown).message}` };
  }
}
