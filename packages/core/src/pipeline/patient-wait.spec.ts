import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CatgaError } from '../errors/catga-error.js';
import { shuttingDownError } from '../errors/message-errors.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import { PatientWait, WaitingCallers } from './patient-wait.js';

describe('waiting for an outcome', () => {
  let clock: TestClock;
  let timetable: Timetable;
  let waiting: WaitingCallers;
  let givenUp: CatgaError[];
  let late: string[];

  beforeEach(() => {
    clock = new TestClock();
    timetable = new Timetable(clock);
    waiting = new WaitingCallers();
    givenUp = [];
    late = [];
  });

  class TestWait extends PatientWait {
    protected gaveUp(reason: CatgaError): void {
      givenUp.push(reason);
    }

    protected failedLate({ message }: Error): void {
      late.push(message);
    }
  }

  const wait = (
    outcome: Promise<unknown>,
    { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<unknown> => new TestWait(timetable, waiting, 'Buy', timeoutMs, signal).until(outcome);

  const nothingIsLeft = (signal = new AbortController().signal): void => {
    expect(timetable.size).toBe(0);
    expect(waiting.size).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  };

  it('ends with the outcome and leaves nothing behind', async () => {
    const { signal } = new AbortController();
    await expect(wait(Promise.resolve('value'), { timeoutMs: 50, signal })).resolves.toBe('value');
    await expect(wait(Promise.reject(new Error('no')), { timeoutMs: 50, signal })).rejects.toThrow('no');
    nothingIsLeft(signal);
    await clock.advance(100);
    expect(givenUp).toEqual([]);
  });

  it('ends when the time is up, and leaves nothing behind', async () => {
    const outcome = wait(new Promise(() => {}), { timeoutMs: 50 });
    outcome.catch(() => {});
    await clock.advance(50);
    await expect(outcome).rejects.toMatchObject({ code: 'CATGA_TIMEOUT' });
    expect(givenUp).toHaveLength(1);
    nothingIsLeft();
  });

  it('ends when the caller gives up, once, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const outcome = wait(new Promise(() => {}), { timeoutMs: 50, signal: controller.signal });
    controller.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'CATGA_CANCELLED' });
    await clock.advance(100);
    expect(givenUp).toHaveLength(1);
    nothingIsLeft(controller.signal);
  });

  it('ends when the node stops', async () => {
    const outcome = wait(new Promise(() => {}));
    const reason = shuttingDownError('Buy', 'n1');
    waiting.giveUp(reason);
    await expect(outcome).rejects.toBe(reason);
    expect(givenUp).toEqual([reason]);
    nothingIsLeft();
  });

  it('hears of a failure that came too late, but not of one that only obeys', async () => {
    const failures = [
      new Error('real trouble'),
      new DOMException('obeyed', 'AbortError'),
      undefined, // the reason itself
    ];
    for (const failure of failures) {
      let fail = (_error: Error): void => {};
      const outcome = wait(new Promise((_, reject) => (fail = reject)), { timeoutMs: 50 });
      outcome.catch(() => {});
      await clock.advance(50);
      fail(failure ?? givenUp.at(-1)!);
      await clock.advance(0);
    }
    expect(late).toEqual(['real trouble']);
  });

  it('hears of a failure that came too late and cannot be read', async () => {
    const unreadable = Object.defineProperty({}, 'name', {
      get() {
        throw new Error('no name');
      },
    });
    let fail = (_thrown: unknown): void => {};
    wait(new Promise((_, reject) => (fail = reject)), { timeoutMs: 50 }).catch(() => {});
    await clock.advance(50);
    fail(unreadable);
    await clock.advance(0);
    expect(late).toHaveLength(1);
  });

  it('drops a result that comes too late', async () => {
    let succeed = (_value: string): void => {};
    const outcome = wait(new Promise((resolve) => (succeed = resolve)), { timeoutMs: 50 });
    outcome.catch(() => {});
    await clock.advance(50);
    succeed('late');
    await expect(outcome).rejects.toMatchObject({ code: 'CATGA_TIMEOUT' });
    expect(late).toEqual([]);
  });
});
