import { needsHandlerSource } from '@catga/nestjs';
import type { Command, MessageConstructor } from '@catga/nestjs';

const SCHEDULES = 'catga:schedules';

/** Name of the decorator in error texts. */
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
   * IANA time zone of the expression. When daylight saving time begins, a tick in the skipped hour fires at its end; when it ends, a tick
   * at one time of day fires once in the repeated hour.
   * @defaultValue 'UTC'
   */
  readonly timeZone?: string;
  /**
   * Handling of missed ticks, while no node ran or none reached the broker: `last` queues the latest, `all` the latest 1,000, `none` only
   * one that is at most a minute old.
   * @defaultValue 'last'
   */
  readonly catchUp?: 'last' | 'all' | 'none';
  /**
   * Name, unique in the namespace. The latest tick is recorded under it.
   * @defaultValue the wire name of the command
   */
  readonly name?: string;
  /**
   * Factory of the command of a tick.
   * @defaultValue `new` without arguments
   */
  readonly command?: (tick: Date) => T;
  /**
   * Whether the outcomes are recorded: `CatgaMediator.outcomeOf`, with the id `<name>@<tick in ISO 8601>`.
   * @defaultValue false
   */
  readonly keepOutcome?: boolean;
}

/** Schedule declared by a decorator. */
export interface DeclaredSchedule {
  readonly target: MessageConstructor<Command<unknown>>;
  readonly options: ScheduleOptions;
}

/**
 * Class decorator: queues a command at the times of a cron expression, once in the whole cluster. The class is a provider, usually the
 * handler of the command. Repeatable, with different `name`s.
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

/** Schedules declared on a class. */
export function schedulesOf(target: object): readonly DeclaredSchedule[] {
  return (Reflect.getOwnMetadata(SCHEDULES, target) ?? []) as readonly DeclaredSchedule[];
}
