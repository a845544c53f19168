import { describe, expect, it } from '@jest/globals';
import { TestClock } from './test-clock.js';

describe('TestClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new TestClock(5000);
    await new Promise((resolve) => setImmediate(resolve));
    expect([clock.now(), clock.monotonicMs()]).toEqual([5000, 0]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonicMs()]).toEqual([5250, 250]);
  });

  it('runs due timers in the order of their times, and those of one time in the order they were set', async () => {
    const clock = new TestClock();
    const ran: string[] = [];
    clock.setTimer(20, () => ran.push('late'));
    clock.setTimer(10, () => ran.push('first'));
    clock.setTimer(10, () => ran.push('second'));
    clock.setTimer(31, () => ran.push('not yet'));
    await clock.advance(30);
    expect(ran).toEqual(['first', 'second', 'late']);
    expect(clock.armedTimers).toBe(1);
  });

  it('shows each timer the time it was set for', async () => {
    const clock = new TestClock(1000);
    const seen: number[] = [];
    clock.setTimer(10, () => seen.push(clock.now(), clock.monotonicMs()));
    await clock.advance(100);
    expect(seen).toEqual([1010, 10]);
  });

  it('lets the asynchronous work of a timer set new timers before time goes on', async () => {
    const clock = new TestClock();
    const ran: number[] = [];
    const everyTen = async (): Promise<void> => {
      ran.push(clock.monotonicMs());
      await new Promise((resolve) => setImmediate(resolve));
      clock.setTimer(10, () => void everyTen());
    };
    clock.setTimer(10, () => void everyTen());
    await clock.advance(45);
    expect(ran).toEqual([10, 20, 30, 40]);
  });

  it('runs what is already due when it is advanced by nothing', async () => {
    const clock = new TestClock();
    let hasRun = false;
    clock.setTimer(0, () => (hasRun = true));
    expect(hasRun).toBe(false);
    await clock.advance(0);
    expect(hasRun).toBe(true);
  });

  it('does not run a timer that was called off, even by an earlier timer of the same moment', async () => {
    const clock = new TestClock();
    let hasRun = false;
    clock.setTimer(10, () => cancel());
    const cancel = clock.setTimer(10, () => (hasRun = true));
    await clock.advance(10);
    expect(hasRun).toBe(false);
    expect(clock.armedTimers).toBe(0);
  });

  it('steps the wall clock without letting time pass', async () => {
    const clock = new TestClock(10_000);
    let hasRun = false;
    clock.setTimer(100, () => (hasRun = true));
    clock.step(-5000);
    clock.step(1_000_000);
    await clock.advance(99);
    expect(clock.now()).toBe(10_000 - 5000 + 1_000_000 + 99);
    expect(clock.monotonicMs()).toBe(99);
    expect(hasRun).toBe(false);
  });

  it('carries out overlapping advances one after another', async () => {
    const clock = new TestClock();
    const ran: number[] = [];
    clock.setTimer(10, () => ran.push(clock.monotonicMs()));
    clock.setTimer(15, () => ran.push(clock.monotonicMs()));
    await Promise.all([clock.advance(10), clock.advance(10)]);
    expect(ran).toEqual([10, 15]);
    expect(clock.monotonicMs()).toBe(20);
  });

  it('rejects with what a timer throws, and can be advanced further', async () => {
    const clock = new TestClock();
    clock.setTimer(10, () => {
      throw new Error('broken timer');
    });
    await expect(clock.advance(20)).rejects.toThrow('broken timer');
    await clock.advance(10);
    expect(clock.monotonicMs()).toBe(20);
  });

  it('refuses to go backwards, to nowhere, or on for ever', () => {
    const clock = new TestClock();
    for (const ms of [-1, Number.NaN, Infinity]) expect(() => clock.advance(ms)).toThrow(RangeError);
  });
});
