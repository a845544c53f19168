import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../time/test-clock.js';
import { WORKER_LEASE_MS, WORKERS, WorkerIdLease } from './worker-id-lease.js';

/** Gives out one number after the other, until it is told to do something else. */
class Numbers {
  answer: (current: number | undefined) => number | undefined = (current) => current ?? 5;
  readonly asked: (number | undefined)[] = [];
  readonly givenBack: number[] = [];

  take(current: number | undefined): Promise<number | undefined> {
    this.asked.push(current);
    return Promise.resolve(this.answer(current));
  }

  giveBack(workerId: number): Promise<void> {
    this.givenBack.push(workerId);
    return Promise.resolve();
  }
}

describe('the lease on a worker id', () => {
  it('has room for more than 1,000 nodes', () => {
    expect(WORKERS).toBeGreaterThan(1000);
  });

  it('is renewed four times in its life until it is given back', async () => {
    const clock = new TestClock();
    const numbers = new Numbers();
    const lease = await WorkerIdLease.take(numbers, clock);
    await clock.advance(WORKER_LEASE_MS);
    expect(numbers.asked).toEqual([undefined, 5, 5, 5, 5]);
    await lease.release();
    await clock.advance(WORKER_LEASE_MS);
    expect(numbers.asked).toHaveLength(5);
    expect(numbers.givenBack).toEqual([5]);
  });

  it('is on another number once it lapsed and somebody else has the first', async () => {
    const clock = new TestClock();
    const numbers = new Numbers();
    const lease = await WorkerIdLease.take(numbers, clock);
    numbers.answer = () => 9;
    await clock.advance(WORKER_LEASE_MS / 4);
    expect(lease.current).toBe(9);
  });

  it('outlasts a broker that is away', async () => {
    const clock = new TestClock();
    const numbers = new Numbers();
    const lease = await WorkerIdLease.take(numbers, clock);
    const { answer } = numbers;
    numbers.answer = () => {
      throw new Error('away');
    };
    await clock.advance(WORKER_LEASE_MS / 2);
    numbers.answer = answer;
    await clock.advance(WORKER_LEASE_MS / 4);
    expect(lease.current).toBe(5);
    expect(numbers.asked).toHaveLength(4);
  });

  it('is refused when all numbers are taken', async () => {
    const numbers = new Numbers();
    numbers.answer = () => undefined;
    await expect(WorkerIdLease.take(numbers, new TestClock())).rejects.toMatchObject({
      code: 'CATGA_OVERLOADED',
      details: { workers: WORKERS },
    });
  });
});
