import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CallerPolicy, RetryPolicyOptions } from '../../contracts/policy.js';
import { CatgaError } from '../../errors/catga-error.js';
import { shuttingDownError } from '../../errors/message-errors.js';
import { TestClock } from '../../time/test-clock.js';
import { Timetable } from '../../time/timetable.js';
import { WaitingCallers } from '../patient-wait.js';
import type { Call } from './call.js';
import { retry } from './policies.js';
import { aCall } from './resilience.fixture.js';
import { Retry } from './retry.js';

let clock: TestClock;
let timetable: Timetable;
let waiting: WaitingCallers;
beforeEach(() => {
  clock = new TestClock();
  timetable = new Timetable(clock);
  waiting = new WaitingCallers();
});

const overloaded = new CatgaError('CATGA_OVERLOADED', 'full');

/** Runs a call that always fails, with this, and returns when each attempt was made. */
async function attemptsAt(
  options: RetryPolicyOptions,
  failure: unknown = overloaded,
  given: Partial<Call> = {},
): Promise<readonly number[]> {
  const times: number[] = [];
  const outcome = run(options, {
    ...given,
    send: () => {
      times.push(clock.monotonicMs());
      // oxlint-disable-next-line prefer-promise-reject-errors
      return Promise.reject(failure);
    },
  });
  const ended = outcome.catch((thrown: unknown) => thrown);
  await clock.advance(1_000_000);
  expect(await ended).toBe(failure);
  expect([timetable.size, waiting.size]).toEqual([0, 0]);
  return times;
}

function run(options: RetryPolicyOptions, given: Partial<Call>): Promise<unknown> {
  const { options: complete } = retry({ jitter: false, ...options }) as Extract<
    CallerPolicy,
    { policy: 'retry' }
  >;
  return new Retry(complete, { clock, timetable, waiting }).run(aCall(given), (call) => call.send());
}

describe('retry', () => {
  it('tries again after growing pauses, up to the longest, and rejects with the last failure', async () => {
    await expect(attemptsAt({ maxAttempts: 6, maxDelayMs: 500 })).resolves.toEqual([
      0, 100, 300, 700, 1200, 1700,
    ]);
  });

  it('draws each pause between half of itself and all of it, with jitter', async () => {
    const [, second = 0, third = 0] = await attemptsAt({ jitter: true });
    expect(second).toBeGreaterThanOrEqual(50);
    expect(second).toBeLessThanOrEqual(101);
    expect(third - second).toBeGreaterThanOrEqual(99);
    expect(third - second).toBeLessThanOrEqual(201);
  });

  it('ends with the first success, which tells its attempt', async () => {
    const seen: number[] = [];
    const call = aCall();
    const sent = run(
      {},
      Object.assign(call, {
        send(this: Call) {
          seen.push(this.attempt);
          return this.attempt < 3 ? Promise.reject(overloaded) : Promise.resolve('third time lucky');
        },
      }),
    );
    await clock.advance(1000);
    await expect(sent).resolves.toBe('third time lucky');
    expect(seen).toEqual([1, 2, 3]);
  });

  it.each([
    ['an error that does not say', new Error('no')],
    ['an error that says no', new CatgaError('CATGA_VALIDATION_FAILED', 'no')],
    ['what is no error', 'text'],
    ['a caller that gave up', new CatgaError('CATGA_CANCELLED', 'no')],
  ])('does not repeat %s', async (_name, failure) => {
    await expect(attemptsAt({}, failure)).resolves.toEqual([0]);
  });

  it('repeats what a handler declares retryable', async () => {
    const failure = Object.assign(new Error('database away'), { retryable: true });
    await expect(attemptsAt({ maxAttempts: 2 }, failure)).resolves.toEqual([0, 100]);
  });

  it('asks a predicate, if there is one', async () => {
    const retryIf = ({ message }: Error): boolean => message === 'again';
    await expect(attemptsAt({ retryIf, maxAttempts: 2 }, new Error('again'))).resolves.toHaveLength(2);
    await expect(attemptsAt({ retryIf, maxAttempts: 2 }, overloaded)).resolves.toHaveLength(1);
  });

  it('waits as long as the error asks for, and its own pause after it', async () => {
    const limited = new CatgaError('CATGA_RATE_LIMITED', '', { details: { retryAfterMs: 900 } });
    await expect(attemptsAt({ maxAttempts: 2 }, limited)).resolves.toEqual([0, 1000]);
  });

  it('does not wait longer than its longest pause for an error that asks for it', async () => {
    const limited = new CatgaError('CATGA_RATE_LIMITED', '', { details: { retryAfterMs: 3_600_000 } });
    await expect(attemptsAt({}, limited)).resolves.toEqual([0]);
  });

  it('does not begin a pause that ends at the deadline or beyond it', async () => {
    await expect(attemptsAt({}, overloaded, { deadlineMs: 300 })).resolves.toEqual([0, 100]);
  });

  it('ends its pause at once when the caller gives up', async () => {
    const caller = new AbortController();
    let attempts = 0;
    const sent = run({}, { signal: caller.signal, send: () => (attempts++, Promise.reject(overloaded)) });
    const ended = sent.catch((thrown: unknown) => thrown);
    await clock.advance(50);
    caller.abort();
    expect(await ended).toMatchObject({ code: 'CATGA_CANCELLED' });
    expect([attempts, timetable.size, waiting.size]).toEqual([1, 0, 0]);
  });

  it('ends its pause at once when the node stops', async () => {
    const sent = run({}, { send: () => Promise.reject(overloaded) });
    const ended = sent.catch((thrown: unknown) => thrown);
    await clock.advance(50);
    waiting.giveUp(shuttingDownError('Buy', 'n1'));
    expect(await ended).toMatchObject({ code: 'CATGA_SHUTTING_DOWN' });
    expect(timetable.size).toBe(0);
  });
});
