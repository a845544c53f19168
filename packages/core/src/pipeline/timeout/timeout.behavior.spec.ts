import { describe, expect, it } from '@jest/globals';
import type { Envelope } from '../../contracts/envelope.js';
import type { MessageContext } from '../../contracts/message-context.js';
import { TestClock } from '../../time/test-clock.js';
import { Timetable } from '../../time/timetable.js';
import { TimeoutBehavior } from './timeout.behavior.js';

describe('the time an attempt may take', () => {
  const envelope = { name: 'Ship' } as Envelope;
  const context = {} as MessageContext;

  function limited() {
    const clock = new TestClock();
    const timetable = new Timetable(clock);
    const cancelled: unknown[] = [];
    const behavior = new TimeoutBehavior(
      50,
      timetable,
      (given, reason) => void cancelled.push(given, reason),
    );
    const run = (next: () => Promise<unknown>): Promise<unknown> => behavior.handle(envelope, context, next);
    return { clock, timetable, cancelled, run };
  }

  it('is over with CATGA_TIMEOUT, of which the attempt is told', async () => {
    const { clock, cancelled, run } = limited();
    const outcome = run(() => new Promise(() => {}));
    outcome.catch(() => {});
    await clock.advance(49);
    expect(cancelled).toEqual([]);
    await clock.advance(1);
    await expect(outcome).rejects.toMatchObject({
      code: 'CATGA_TIMEOUT',
      details: { name: 'Ship', timeoutMs: 50 },
    });
    expect(cancelled).toEqual([context, expect.objectContaining({ code: 'CATGA_TIMEOUT' })]);
  });

  it('changes nothing for an attempt that ends in time, and leaves no timer behind', async () => {
    const { clock, timetable, cancelled, run } = limited();
    await expect(run(() => Promise.resolve('done'))).resolves.toBe('done');
    await expect(run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(timetable.size).toBe(0);
    await clock.advance(0);
    expect(clock.armedTimers).toBe(0);
    await clock.advance(100);
    expect(cancelled).toEqual([]);
  });
});
