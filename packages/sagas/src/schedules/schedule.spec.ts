import { describe, expect, it } from '@jest/globals';
import { Command } from '@catga/nestjs';
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
