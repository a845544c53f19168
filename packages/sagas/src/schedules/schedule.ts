import { Cron } from 'croner';
import type { Command } from '@catga/nestjs';
import type { DeclaredSchedule, ScheduleOptions } from './scheduled.decorator.js';

/** Maximum number of missed ticks that are queued. */
const MOST_MISSED = 1000;
/** Maximum lateness of a tick that does not count as missed, in milliseconds. */
const ON_TIME_MS = 60_000;

/** The times at which a command is queued. */
export class Schedule {
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: NonNullable<ScheduleOptions['catchUp']>;
  readonly keepOutcome: boolean;
  private readonly times: Cron;

  /** Throws for an expression or a time zone that is none, and for a time that never comes. */
  constructor(
    readonly name: string,
    /** Wire name of the command. */
    readonly commandName: string,
    private readonly declared: DeclaredSchedule,
  ) {
    const { cron, timeZone = 'UTC', catchUp = 'last', keepOutcome = false } = declared.options;
    this.cron = cron;
    this.timeZone = timeZone;
    this.catchUp = catchUp;
    this.keepOutcome = keepOutcome;
    // A single point in time is no expression, and would be one of the local time zone.
    if (cron.includes(':')) throw new TypeError('it has to be an expression of five or six fields');
    this.times = new Cron(cron, {
      timezone: timeZone,
      mode: '5-or-6-parts',
      // Lists and ranges of hours and minutes are times of day, too, for the hours that are skipped and repeated.
      fixedTimeRule: 'no-wildcard',
      paused: true,
    });
    // A time zone that is none is found out here.
    if (this.times.nextRun(new Date(0)) === null) throw new RangeError('it never comes');
  }

  /** The next `count` ticks after a time. */
  next(afterMs: number, count: number): readonly Date[] {
    return this.times.nextRuns(count, new Date(afterMs));
  }

  /** The ticks to queue, later than `afterMs` and not later than `nowMs`, and the latest tick of that time; undefined if there is none. */
  due(
    afterMs: number,
    nowMs: number,
  ): { readonly ticks: readonly Date[]; readonly latest: Date } | undefined {
    const ticks = this.past(afterMs, nowMs, this.catchUp === 'all' ? MOST_MISSED : 1);
    const latest = ticks.at(-1);
    if (latest === undefined) return undefined;
    const isMissed = this.catchUp === 'none' && nowMs - latest.getTime() > ON_TIME_MS;
    return { ticks: isMissed ? [] : ticks, latest };
  }

  /** The command of a tick, and its message id, the same on every node. */
  commandOf(tick: Date): { readonly command: Command<unknown>; readonly messageId: string } {
    const { target, options } = this.declared;
    const command =
      options.command === undefined ? new (target as new () => Command<unknown>)() : options.command(tick);
    return { command, messageId: `${this.name}@${tick.toISOString()}` };
  }

  /** The latest ticks after one time and up to another, the oldest first. Each is looked for by itself: most often there is none before it. */
  private past(afterMs: number, nowMs: number, most: number): readonly Date[] {
    const ticks: Date[] = [];
    let before = new Date(nowMs + 1); // A tick that is now is past.
    while (ticks.length < most) {
      const [tick] = this.times.previousRuns(1, before);
      if (tick === undefined || tick.getTime() <= afterMs) break;
      ticks.push(tick);
      before = tick;
    }
    return ticks.reverse();
  }
}
