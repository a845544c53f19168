import { describe, expect, it } from '@jest/globals';
import { Command } from '@catga/nestjs';
import { hours } from '../definition/durations.js';
import { Schedule } from './schedule.js';
import type { ScheduleOptions } from './scheduled.decorator.js';

class Sweep extends Command<void> {}

describe('the ticks of a schedule', () => {
  const at = (text: string): number => Date.parse(text);
  const schedule = (options: Omit<ScheduleOptions, 'name'>): Schedule =>
    new Schedule('sweep', 'Sweep', { target: Sweep, options });
  const nightly = schedule({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
  const texts = (dates: readonly Date[] = []): readonly string[] =>
    dates.map((date) => date.toISOString().slice(0, 16));

  it('come at the end of an hour that is skipped, and once in one that is repeated', () => {
    expect(texts(nightly.next(at('2026-03-27T12:00Z'), 3))).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(texts(nightly.next(at('2026-10-24T12:00Z'), 2))).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
    const hourly = schedule({ cron: '0 * * * *', timeZone: 'Europe/Berlin' });
    expect(texts(hourly.next(at('2026-10-24T23:30Z'), 3))).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
    ]);
  });

  it('of several times of day come as those of one do, where clocks change', () => {
    const twice = schedule({ cron: '30 2,14 * * *', timeZone: 'Europe/Berlin' });
    expect(texts(twice.next(at('2026-03-28T12:00Z'), 3))).toEqual([
      '2026-03-28T13:30',
      '2026-03-29T01:00',
      '2026-03-29T12:30',
    ]);
    expect(texts(twice.next(at('2026-10-25T00:00Z'), 2))).toEqual(['2026-10-25T00:30', '2026-10-25T13:30']);
  });

  it.each([
    ['Europe/Berlin', '2026-03-29', '2026-10-25'],
    ['America/New_York', '2026-03-08', '2026-11-01'],
    ['Australia/Lord_Howe', '2026-04-05', '2026-10-04'],
    ['Africa/Cairo', '2026-04-24', '2026-10-30'],
  ])('are the same whichever way they are looked for, where clocks change in %s', (timeZone, ...days) => {
    for (const cron of ['30 2 * * *', '0 0 * * *', '15 1-3 * * *', '0,30 2 * * SUN', '*/20 * * * *'])
      for (const day of days) {
        const all = schedule({ cron, timeZone, catchUp: 'all' });
        const [from, to] = [at(day) - hours(36), at(day) + hours(36)];
        const next = all.next(from, 250).filter((tick) => tick.getTime() <= to);
        expect([cron, day, texts(all.due(from, to)?.ticks)]).toEqual([cron, day, texts(next)]);
      }
  });

  it('are due from the moment they are, the same as they come', () => {
    const tick = at('2026-03-29T01:00Z');
    expect(nightly.due(tick - 1000, tick - 1)).toBeUndefined();
    expect(nightly.due(tick - 1000, tick)?.latest).toEqual(new Date(tick));
    expect(nightly.due(tick, tick + 1000)).toBeUndefined();
  });

  it('that were missed are the latest thousand at most, of any number', () => {
    const all = schedule({ cron: '* * * * *', catchUp: 'all' });
    const now = at('2026-06-01T12:00Z');
    const due = all.due(at('2020-01-01T00:00Z'), now);
    expect(due?.ticks).toHaveLength(1000);
    expect(due?.ticks.at(-1)).toEqual(new Date(now));
    expect(texts(due?.ticks).toSorted()).toEqual(texts(due?.ticks));
  });

  it('have commands under ids of their own', () => {
    expect(schedule({ cron: '0 0 * * *' }).commandOf(new Date(at('2026-06-01T00:00Z')))).toEqual({
      command: expect.any(Sweep),
      messageId: 'sweep@2026-06-01T00:00:00.000Z',
    });
  });
});
