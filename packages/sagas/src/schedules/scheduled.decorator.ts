import { needsHandlerSource } from '@catga/nestjs';
import type { Command, MessageConstructor } from '@catga/nestjs';

const SCHEDULES = 'catga:schedules';

/** The decorator, as errors name it. */
export const SCHEDULED_DECORATOR = '@Scheduled';

/**
 * Options of a schedule.
 *
 * @publicApi
 */
export interface ScheduleOptions<T = Command<unknown>> {
  /** Cron expression of five fields, or of six with seconds first. */
  readonly cron: string;
  /**
   * Time zone of the expression, by its IANA name. Where clocks change, a tick in the skipped hour comes when the clock is put forward, and
   * a tick of one time of day comes once in the hour that is repeated.
   * @defaultValue 'UTC'
   */
  readonly timeZone?: string;
  /**
   * What becomes of ticks while no node ran, or none reached the broker: `last` queues the latest of them, `all` each, up to the latest
   * 1,000, `none` none that is more than a minute old.
   * @defaultValue 'last'
   */
  readonly catchUp?: 'last' | 'all' | 'none';
  /**
   * Name, unique in the namespace. What was queued is remembered under it.
   * @defaultValue the wire name of the command
   */
  readonly name?: string;
  /**
   * Makes the command of a tick.
   * @defaultValue `new` without arguments
   */
  readonly command?: (tick: Date) => T;
  /**
   * Whether the outcomes are recorded: `CatgaMediator.outcomeOf`, with the id `<name>@<tick in ISO 8601>`.
   * @defaultValue false
   */
  readonly keepOutcome?: boolean;
}

/** A schedule as a class was decorated with it. */
export interface DeclaredSchedule {
  readonly target: MessageConstructor<Command<unknown>>;
  readonly options: ScheduleOptions;
}

/**
 * Class decorator: a command is queued at the times of a cron expression, once in the whole cluster. The class is a provider, usually the
 * handler of the command. May be repeated, with a `name` each.
 *
 * @example `@Scheduled(CloseDay, { cron: '0 22 * * *', timeZone: 'Europe/Berlin' })`
 * @publicApi
 */
export function Scheduled<T extends Command<unknown>>(
  command: MessageConstructor<T>,
  options: ScheduleOptions<T>,
): (target: abstract new (...dependencies: never[]) => object) => void {
  return (target) => {
    const declared: DeclaredSchedule = { target: command, options };
    Reflect.defineMetadata(SCHEDULES, [declared, ...schedulesOf(target)], target);
    needsHandlerSource(target, { decorator: SCHEDULED_DECORATOR, module: 'CatgaSchedulesModule' });
  };
}

/** What a class was decorated with. */
export function schedulesOf(target: object): readonly DeclaredSchedule[] {
  return (Reflect.getOwnMetadata(SCHEDULES, target) ?? []) as readonly DeclaredSchedule[];
}
