import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CircuitBreakerOptions } from '../../contracts/policy.js';
import { CatgaError } from '../../errors/catga-error.js';
import { cancelledError, shuttingDownError, timeoutError } from '../../errors/message-errors.js';
import { TestClock } from '../../time/test-clock.js';
import type { Call } from './call.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { circuitBreaker } from './policies.js';
import { aCall } from './resilience.fixture.js';

const clock = new TestClock();
let breaker: CircuitBreaker;
let sent: number;

function make(options: CircuitBreakerOptions = {}): void {
  const { options: complete } = circuitBreaker({
    minimumRequests: 4,
    windowMs: 1000,
    openMs: 5000,
    ...options,
  }) as Extract<ReturnType<typeof circuitBreaker>, { policy: 'circuitBreaker' }>;
  breaker = new CircuitBreaker(complete, clock);
  sent = 0;
}

/** A request that ends as it is told. */
function begin(): { succeed(): Promise<void>; fail(error: Error): Promise<void>; outcome: Promise<unknown> } {
  let resolve = (_value: unknown): void => {};
  let reject = (_error: Error): void => {};
  const work = new Promise((onValue, onError) => ((resolve = onValue), (reject = onError)));
  const call: Call = aCall({
    send: () => {
      sent++;
      return work;
    },
  });
  const outcome = breaker.run(call, (it) => it.send());
  const ended = outcome.then(
    () => {},
    () => {},
  );
  return {
    outcome,
    succeed: () => (resolve('done'), ended),
    fail: (error) => (reject(error), ended),
  };
}

const fails = (error: Error = new Error('broken')): Promise<void> => begin().fail(error);
const succeeds = (): Promise<void> => begin().succeed();
async function repeat(times: number, run: () => Promise<void>): Promise<void> {
  for (let count = 0; count < times; count++) await run();
}
const isRefused = async (): Promise<boolean> => {
  const before = sent;
  const probe = begin();
  if (sent > before) {
    await probe.succeed();
    return false;
  }
  await expect(probe.outcome).rejects.toMatchObject({ code: 'CATGA_CIRCUIT_OPEN', retryable: true });
  return true;
};
async function openIt(): Promise<void> {
  await repeat(4, fails);
}

beforeEach(() => make());

describe('a closed circuit', () => {
  it('lets everything through, and outcomes as they are', async () => {
    const one = begin();
    await one.succeed();
    await expect(one.outcome).resolves.toBe('done');
    const error = new Error('mine');
    const other = begin();
    await other.fail(error);
    await expect(other.outcome).rejects.toBe(error);
  });

  it.each([
    ['refusals', new CatgaError('CATGA_OVERLOADED', 'full')],
    ['a node that stops', shuttingDownError('Buy', 'n1')],
    ['timeouts', timeoutError('Buy', 100)],
    ['lost nodes', new CatgaError('CATGA_NODE_LOST', 'gone')],
    ['nobody there', new CatgaError('CATGA_NO_HANDLER', 'nobody')],
    ['errors of handlers', new Error('broken')],
    ['a server error', Object.assign(new Error('bad gateway'), { status: 502 })],
    ['a busy server', Object.assign(new Error('too many'), { status: 429 })],
  ])('opens after too many failures: %s', async (_name, error) => {
    await repeat(4, () => fails(error));
    await expect(isRefused()).resolves.toBe(true);
  });

  it.each([
    ['callers that give up', cancelledError('Buy', AbortSignal.abort())],
    ['invalid requests', new CatgaError('CATGA_VALIDATION_FAILED', 'no sku')],
    ['what is not found', Object.assign(new Error('no such order'), { status: 404 })],
  ])('does not count %s as failures', async (_name, error) => {
    await repeat(20, () => fails(error));
    await expect(isRefused()).resolves.toBe(false);
  });

  it('asks a predicate, if there is one, and takes one that throws for a yes', async () => {
    make({ isFailure: (error) => error.message === 'counts' });
    await repeat(10, () => fails(new Error('another')));
    await expect(isRefused()).resolves.toBe(false);
    make({
      isFailure: () => {
        throw new Error('bug');
      },
    });
    await openIt();
    await expect(isRefused()).resolves.toBe(true);
  });

  it('stays closed below its ratio and below its minimum', async () => {
    await repeat(3, fails);
    await expect(isRefused()).resolves.toBe(false); // the fourth, and a success: three of four failed
    await expect(isRefused()).resolves.toBe(true);
    make({ failureRatio: 0.8 });
    await repeat(3, fails);
    await repeat(7, succeeds);
    await repeat(20, async () => (await fails(), await succeeds()));
    await expect(isRefused()).resolves.toBe(false);
  });

  it('forgets what is older than its window', async () => {
    await repeat(3, fails);
    await clock.advance(1000);
    await repeat(3, fails);
    await expect(isRefused()).resolves.toBe(false);
  });

  it('remembers what is younger than its window, less a tenth', async () => {
    await repeat(3, fails);
    await clock.advance(899);
    await fails();
    await expect(isRefused()).resolves.toBe(true);
  });
});

describe('an open circuit', () => {
  it('sends nothing for its time, and says how long that is', async () => {
    await openIt();
    await clock.advance(2000);
    await expect(begin().outcome).rejects.toMatchObject({ details: { name: 'Buy', retryAfterMs: 3000 } });
    expect(sent).toBe(4);
    await clock.advance(2999);
    await expect(isRefused()).resolves.toBe(true);
    await clock.advance(1);
    await expect(isRefused()).resolves.toBe(false);
  });

  it('is not closed by what was sent before it opened', async () => {
    const slow = begin();
    await openIt();
    await clock.advance(5000);
    const trial = begin();
    await slow.succeed();
    await expect(isRefused()).resolves.toBe(true);
    await trial.succeed();
    await expect(isRefused()).resolves.toBe(false);
  });
});

describe('a half-open circuit', () => {
  it('is opened no longer by what failed after it had opened: sent before it, or on the same trial', async () => {
    make({ halfOpenRequests: 2 });
    const before = begin();
    await openIt();
    await clock.advance(500);
    await before.fail(new Error('late'));
    await clock.advance(4500);
    const [one, two] = [begin(), begin()];
    await one.fail(new Error('still broken'));
    await clock.advance(2000);
    await two.fail(new Error('late'));
    await clock.advance(3000);
    expect(sent).toBe(7);
    await expect(isRefused()).resolves.toBe(false);
  });

  it('lets exactly so many through, however many come at once', async () => {
    make({ halfOpenRequests: 3 });
    await openIt();
    await clock.advance(5000);
    const all = Array.from({ length: 100 }, begin);
    expect(sent).toBe(4 + 3);
    const refused = await Promise.allSettled(all.slice(3).map(({ outcome }) => outcome));
    expect(refused.every(({ status }) => status === 'rejected')).toBe(true);
    await all[0]!.succeed();
    await all[1]!.succeed();
    await expect(isRefused()).resolves.toBe(true);
    await all[2]!.succeed();
    await expect(isRefused()).resolves.toBe(false);
  });

  it('opens again with the first that fails, for the whole time', async () => {
    make({ halfOpenRequests: 2 });
    await openIt();
    await clock.advance(5000);
    const [one, two] = [begin(), begin()];
    await one.fail(timeoutError('Buy', 1));
    await two.succeed();
    await clock.advance(4999);
    await expect(isRefused()).resolves.toBe(true);
    await clock.advance(1);
    expect(sent).toBe(6);
    await succeeds();
    await succeeds();
    await expect(isRefused()).resolves.toBe(false);
  });

  it('gives the place of a caller that gave up to another', async () => {
    await openIt();
    await clock.advance(5000);
    await begin().fail(cancelledError('Buy', AbortSignal.abort()));
    await succeeds();
    await expect(isRefused()).resolves.toBe(false);
    expect(sent).toBe(7);
  });

  it('takes an answer that blames the request for a sign of life', async () => {
    await openIt();
    await clock.advance(5000);
    await fails(new CatgaError('CATGA_VALIDATION_FAILED', ''));
    await expect(isRefused()).resolves.toBe(false);
  });

  it('does not stay so for ever when the ones on trial never end', async () => {
    await openIt();
    await clock.advance(5000);
    begin();
    await clock.advance(5000);
    await expect(isRefused()).resolves.toBe(true);
    await clock.advance(5000);
    await expect(isRefused()).resolves.toBe(false);
  });

  it('begins anew once it is closed', async () => {
    await openIt();
    await clock.advance(5000);
    await succeeds();
    await repeat(3, fails);
    await expect(isRefused()).resolves.toBe(false);
  });
});
