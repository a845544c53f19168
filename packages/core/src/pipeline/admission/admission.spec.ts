import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CatgaError } from '../../errors/catga-error.js';
import { Cancellation } from '../../time/cancellation.js';
import { TestClock } from '../../time/test-clock.js';
import { Timetable } from '../../time/timetable.js';
import { Admission } from './admission.js';
import type { ConcurrencyLimits } from './admission.js';

const nobody = (): Cancellation => new Cancellation(() => {});
const given = new CatgaError('CATGA_CANCELLED', 'given up');
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function newAdmission(
  limits: Omit<ConcurrencyLimits, 'queueTimeoutMs'> & Partial<ConcurrencyLimits>,
  clock = new TestClock(),
): Admission {
  return new Admission({ queueTimeoutMs: 30_000, ...limits }, new Timetable(clock));
}

/** What a test asks an admission to do. */
type Step = 'ask' | 'leave' | { readonly cancel: number };

describe('admission', () => {
  it('admits up to maxInFlight, then up to maxQueued who wait, and refuses the rest', async () => {
    const admission = newAdmission({ maxInFlight: 2, maxQueued: 1 });
    await admission.enterWhenFree('A', nobody());
    await admission.enterWhenFree('B', nobody());
    expect(admission).toMatchObject({ inFlight: 2, queued: 0, hasRoom: false });
    const waiting = admission.enterWhenFree('C', nobody());
    expect(admission.queued).toBe(1);
    await expect(admission.enterWhenFree('D', nobody())).rejects.toMatchObject({
      code: 'CATGA_OVERLOADED',
      retryable: true,
      details: { name: 'D', maxInFlight: 2, maxQueued: 1 },
    });
    expect(admission).toMatchObject({ inFlight: 2, queued: 1 });
    admission.leave();
    await waiting;
    expect(admission).toMatchObject({ inFlight: 2, queued: 0, handled: 1 });
  });

  it('lets nobody wait longer than queueTimeoutMs, and then keeps no timer', async () => {
    const clock = new TestClock();
    const admission = newAdmission({ maxInFlight: 1, maxQueued: 10, queueTimeoutMs: 500 }, clock);
    admission.enter();
    const late = admission.enterWhenFree('Late', nobody());
    late.catch(() => {});
    await clock.advance(499);
    expect(admission.queued).toBe(1);
    await clock.advance(1);
    await expect(late).rejects.toMatchObject({
      code: 'CATGA_OVERLOADED',
      details: { name: 'Late', maxInFlight: 1, queueTimeoutMs: 500 },
    });
    expect(admission.queued).toBe(0);
    const admitted = admission.enterWhenFree('Early', nobody());
    admission.leave();
    await admitted;
    await clock.advance(0);
    expect(clock.armedTimers).toBe(0);
  });

  it('admits in the order of asking', async () => {
    const admission = newAdmission({ maxInFlight: 1, maxQueued: Infinity });
    admission.enter();
    const admitted: number[] = [];
    for (let i = 0; i < 200; i++) void admission.enterWhenFree('A', nobody()).then(() => admitted.push(i));
    for (let i = 0; i < 200; i++) admission.leave();
    await turn();
    expect(admitted).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(admission).toMatchObject({ inFlight: 1, queued: 0 });
  });

  it('frees the place of a waiter that is given up, at once', async () => {
    const admission = newAdmission({ maxInFlight: 1, maxQueued: 1 });
    admission.enter();
    const cancellation = nobody();
    const waiting = admission.enterWhenFree('A', cancellation);
    cancellation.cancel(given);
    await expect(waiting).rejects.toBe(given);
    expect(admission.queued).toBe(0);
    const next = admission.enterWhenFree('B', nobody());
    admission.leave();
    await next;
    expect(admission).toMatchObject({ inFlight: 1, queued: 0 });
  });

  it('does not refuse afterwards who was admitted', async () => {
    const admission = newAdmission({ maxInFlight: 1, maxQueued: 1 });
    admission.enter();
    const cancellation = nobody();
    const waiting = admission.enterWhenFree('A', cancellation);
    admission.leave();
    cancellation.cancel(given);
    await expect(waiting).resolves.toBeUndefined();
    expect(admission).toMatchObject({ inFlight: 1, queued: 0 });
  });

  it('refuses everybody who waits when it is told to, and only them', async () => {
    const admission = newAdmission({ maxInFlight: 1, maxQueued: 10 });
    admission.enter();
    const waiting = [1, 2, 3].map(() => admission.enterWhenFree('A', nobody()));
    admission.refuseWaiting(given);
    expect((await Promise.allSettled(waiting)).map((outcome) => outcome.status)).toEqual(
      Array(3).fill('rejected'),
    );
    expect(admission).toMatchObject({ inFlight: 1, queued: 0 });
    admission.leave();
    expect(admission).toMatchObject({ inFlight: 0, hasRoom: true });
  });

  it('admits work that is part of other work even if it is full', () => {
    const admission = newAdmission({ maxInFlight: 1, maxQueued: 0 });
    admission.enter();
    admission.enter();
    expect(admission.inFlight).toBe(2);
    admission.leave();
    expect(admission.hasRoom).toBe(false);
  });

  it('tells when nothing is handled or held any more', async () => {
    const admission = newAdmission({ maxInFlight: 1, maxQueued: 1 });
    await admission.idle();
    let isIdle = false;
    let finish = (): void => {};
    admission.enter();
    const held = admission.hold(new Promise<void>((resolve) => (finish = resolve)));
    const idle = admission.idle().then(() => (isIdle = true));
    admission.leave();
    await turn();
    expect(isIdle).toBe(false);
    finish();
    await held;
    await idle;
  });

  it('does not hold on to work that failed', async () => {
    const admission = newAdmission({ maxInFlight: 1, maxQueued: 1 });
    await expect(admission.hold(Promise.reject(given))).rejects.toBe(given);
    await admission.idle();
  });

  it('keeps its bounds, its order and its count whatever comes, goes and gives up', async () => {
    const steps = fc.array(
      fc.oneof<fc.Arbitrary<Step>[]>(
        fc.constant('ask'),
        fc.constant('leave'),
        fc.record({ cancel: fc.nat(30) }),
      ),
      { maxLength: 200 },
    );
    const limits = fc.record({ maxInFlight: fc.integer({ min: 1, max: 4 }), maxQueued: fc.nat(6) });
    await fc.assert(
      fc.asyncProperty(limits, steps, async (bounds, todo) => {
        const admission = newAdmission(bounds);
        const cancellations: Cancellation[] = [];
        const admitted: number[] = [];
        const outcomes: Promise<string>[] = [];
        let left = 0;
        for (const step of todo) {
          if (step === 'ask') {
            const id = cancellations.push(nobody()) - 1;
            outcomes.push(
              admission.enterWhenFree('A', cancellations[id]!).then(
                () => (admitted.push(id), 'admitted'),
                (error: CatgaError) => error.code,
              ),
            );
          } else if (step === 'leave') {
            if (admission.inFlight > 0) {
              admission.leave();
              left++;
            }
          } else {
            cancellations[step.cancel]?.cancel(given);
          }
          await Promise.resolve();
          expect(admission.inFlight).toBeLessThanOrEqual(bounds.maxInFlight);
          expect(admission.queued).toBeLessThanOrEqual(bounds.maxQueued);
          expect(admission.queued === 0 || admission.inFlight === bounds.maxInFlight).toBe(true);
        }
        while (admission.inFlight > 0) {
          admission.leave();
          left++;
        }
        const results = await Promise.all(outcomes); // nobody waits for ever
        expect(admission).toMatchObject({ inFlight: 0, queued: 0, handled: left });
        expect(results.filter((result) => result === 'admitted')).toHaveLength(left);
        expect(admitted).toEqual(admitted.toSorted((one, other) => one - other));
      }),
    );
  });

  it('does not grow with waiters that are long gone', async () => {
    const admission = newAdmission({ maxInFlight: 1, maxQueued: 10 });
    admission.enter();
    for (let i = 0; i < 5000; i++) {
      const cancellation = nobody();
      const waiting = admission.enterWhenFree('A', cancellation);
      cancellation.cancel(given);
      await expect(waiting).rejects.toBe(given);
    }
    const { waiting } = admission as unknown as { readonly waiting: readonly unknown[] };
    expect(waiting.length).toBeLessThan(200);
  });
});
