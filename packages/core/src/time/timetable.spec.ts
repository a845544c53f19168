import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { TestClock } from './test-clock.js';
import { Timetable } from './timetable.js';

function setUp(): { readonly clock: TestClock; readonly timetable: Timetable } {
  const clock = new TestClock();
  return { clock, timetable: new Timetable(clock) };
}

describe('Timetable', () => {
  it('runs each entry once, when its time has come', async () => {
    const { clock, timetable } = setUp();
    const ranAt: number[] = [];
    for (const delayMs of [30, 10, 20]) timetable.after(delayMs, () => ranAt.push(clock.monotonicMs()));
    await clock.advance(9);
    expect(ranAt).toEqual([]);
    await clock.advance(100);
    expect(ranAt).toEqual([10, 20, 30]);
  });

  it('has one timer for all entries, and none when nothing waits', async () => {
    const { clock, timetable } = setUp();
    const entries = [50, 20, 70, 20].map((delayMs) => timetable.after(delayMs, () => {}));
    expect([timetable.size, clock.armedTimers]).toEqual([4, 1]);
    for (const entry of entries) timetable.remove(entry);
    await clock.advance(0);
    expect([timetable.size, clock.armedTimers]).toEqual([0, 0]);
    timetable.after(5, () => {});
    await clock.advance(5);
    expect([timetable.size, clock.armedTimers]).toEqual([0, 0]);
  });

  it('sets one timer for entries that are added and removed one after another in a turn', async () => {
    const { clock, timetable } = setUp();
    const setTimer = jest.spyOn(clock, 'setTimer');
    for (let round = 0; round < 5; round++) timetable.remove(timetable.after(1000 + round, () => {}));
    expect(setTimer).toHaveBeenCalledTimes(1);
    const ran = jest.fn();
    timetable.after(10, ran);
    await clock.advance(10);
    expect(ran).toHaveBeenCalledTimes(1);
  });

  it('runs an entry again that adds itself again, in its order among the others', async () => {
    const { clock, timetable } = setUp();
    const ran: string[] = [];
    const again = {
      dueMs: 10,
      order: 0,
      isWaiting: false,
      run() {
        ran.push(`again ${this.dueMs}`);
        this.dueMs += 10;
        if (this.dueMs <= 30) timetable.add(this);
      },
    };
    timetable.add(again);
    for (const delayMs of [5, 15, 25, 35]) timetable.after(delayMs, () => ran.push(`${delayMs}`));
    await clock.advance(40);
    expect(ran).toEqual(['5', 'again 10', '15', 'again 20', '25', 'again 30', '35']);
  });

  it('is not late for an entry that is earlier than all before it', async () => {
    const { clock, timetable } = setUp();
    const ran: string[] = [];
    timetable.after(1000, () => ran.push('late'));
    timetable.after(10, () => ran.push('early'));
    await clock.advance(10);
    expect(ran).toEqual(['early']);
  });

  it('does not run what was taken out, and taking out twice or after it ran has no effect', async () => {
    const { clock, timetable } = setUp();
    const ran: string[] = [];
    const removed = timetable.after(10, () => ran.push('removed'));
    const kept = timetable.after(10, () => ran.push('kept'));
    timetable.remove(removed);
    timetable.remove(removed);
    await clock.advance(10);
    timetable.remove(kept);
    timetable.after(10, () => ran.push('after'));
    await clock.advance(10);
    expect(ran).toEqual(['kept', 'after']);
  });

  it('lets an entry add and take out others while it runs', async () => {
    const { clock, timetable } = setUp();
    const ran: string[] = [];
    const other = timetable.after(10.5, () => ran.push('taken out'));
    timetable.after(10, () => {
      timetable.remove(other);
      timetable.after(5, () => ran.push('added'));
    });
    await clock.advance(15);
    expect(ran).toEqual(['added']);
  });

  it('drops everything when it is cleared, and can be used again', async () => {
    const { clock, timetable } = setUp();
    const ran: string[] = [];
    const dropped = timetable.after(10, () => ran.push('dropped'));
    timetable.clear();
    expect([timetable.size, clock.armedTimers]).toEqual([0, 0]);
    timetable.remove(dropped);
    timetable.after(10, () => ran.push('new'));
    await clock.advance(10);
    expect(ran).toEqual(['new']);
  });

  it('takes a negative delay for none', async () => {
    const { clock, timetable } = setUp();
    let hasRun = false;
    timetable.after(-5, () => (hasRun = true));
    await clock.advance(0);
    expect(hasRun).toBe(true);
  });

  it('is not moved by steps of the wall clock', async () => {
    const { clock, timetable } = setUp();
    let hasRun = false;
    timetable.after(10, () => (hasRun = true));
    clock.step(60_000);
    await clock.advance(9);
    expect(hasRun).toBe(false);
    clock.step(-120_000);
    await clock.advance(1);
    expect(hasRun).toBe(true);
  });

  it('rounds fractions of milliseconds up instead of waking before anything is due', async () => {
    const clock = new TestClock();
    const armedForMs: number[] = [];
    const timetable = new Timetable({
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      setTimer: (delayMs, callback) => {
        armedForMs.push(delayMs);
        return clock.setTimer(delayMs, callback);
      },
    });
    timetable.after(10.25, () => {});
    await clock.advance(20);
    expect(armedForMs).toEqual([11]);
  });

  it('runs what is due at the same moment in the order it was added', async () => {
    const { clock, timetable } = setUp();
    const ran: number[] = [];
    for (let index = 0; index < 20; index++) timetable.after(5, () => ran.push(index));
    await clock.advance(5);
    expect(ran).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('goes on with the rest after an entry that throws', async () => {
    const armed: (() => void)[] = [];
    let nowMs = 0;
    const timetable = new Timetable({
      now: () => nowMs,
      monotonicMs: () => nowMs,
      setTimer(_delayMs, callback) {
        armed.push(callback);
        return () => {};
      },
    });
    let hasRun = false;
    timetable.after(10, () => {
      throw new Error('bad entry');
    });
    timetable.after(20, () => (hasRun = true));
    nowMs = 10;
    expect(() => armed.at(-1)?.()).toThrow('bad entry');
    nowMs = 20;
    armed.at(-1)?.();
    expect(hasRun).toBe(true);
  });

  it('leaves what an entry adds for now to the next tick', () => {
    const armed: (() => void)[] = [];
    const timetable = new Timetable({
      now: () => 0,
      monotonicMs: () => 0,
      setTimer(_delayMs, callback) {
        armed.push(callback);
        return () => {};
      },
    });
    let runs = 0;
    const again = (): void => {
      runs++;
      timetable.after(0, again);
    };
    timetable.after(0, again);
    armed.at(-1)?.();
    expect(runs).toBe(1);
  });

  it('runs any mixture of entries, less those taken out, in the order of their times', async () => {
    const delays = fc.array(fc.record({ delayMs: fc.nat(50), isRemoved: fc.boolean() }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(delays, async (entries) => {
        const { clock, timetable } = setUp();
        const ran: number[] = [];
        const made = entries.map((entry) => ({
          ...entry,
          entry: timetable.after(entry.delayMs, () => ran.push(entry.delayMs)),
        }));
        for (const { isRemoved, entry } of made) if (isRemoved) timetable.remove(entry);
        await clock.advance(50);
        const expected = entries.filter(({ isRemoved }) => !isRemoved).map(({ delayMs }) => delayMs);
        expect(ran).toEqual(expected.sort((one, other) => one - other));
      }),
      { numRuns: 50 },
    );
  });
});
