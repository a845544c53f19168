// oxlint-disable unicorn/no-array-fill-with-reference-type -- CatgaIds.fill() is no Array.prototype.fill()
import { describe, expect, it, jest } from '@jest/globals';
import { CatgaIds } from './catga-ids.js';
import type { ClockDrift } from './clock-drift.js';
import { HandClock, NOON_MS } from './hand-clock.fixture.js';

/** Two ids a millisecond, so that a few use it up. */
const TWO_A_MS = { sequenceBits: 1 };

const take = (ids: CatgaIds, count: number) => Array.from({ length: count }, () => ids.next());
const offsets = (ids: CatgaIds, texts: readonly string[]) =>
  texts.map((text) => ids.parse(text).timestampMs - NOON_MS);

describe('a clock that steps back', () => {
  it('makes ids go on from the last timestamp until it has caught up', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock });
    const made = take(ids, 1);
    for (const offsetMs of [-5, -1, 0, 1]) {
      clock.nowMs = NOON_MS + offsetMs;
      made.push(ids.next());
    }
    expect(offsets(ids, made)).toEqual([0, 0, 0, 0, 1]);
    expect(made.map((id) => ids.parse(id).sequence)).toEqual([0, 1, 2, 3, 0]);
  });

  it('is ridden out in silence while it is no further behind than maxBackwardDriftMs', () => {
    const onClockDrift = jest.fn();
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, onClockDrift, maxBackwardDriftMs: 100 });
    ids.next();
    clock.nowMs -= 100;
    ids.next();
    expect(onClockDrift).not.toHaveBeenCalled();
  });

  it('is reported once when it is further behind, and ids still ascend', () => {
    const onClockDrift = jest.fn<(drift: ClockDrift) => void>();
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, onClockDrift, maxBackwardDriftMs: 100 });
    const before = ids.next();
    clock.nowMs -= 3_600_000;
    const after = take(ids, 3);
    expect(onClockDrift.mock.calls).toEqual([
      [{ backwardMs: 3_600_000, clockMs: NOON_MS - 3_600_000, timestampMs: NOON_MS }],
    ]);
    expect([before, ...after].sort()).toEqual([before, ...after]);
  });

  it('is reported when many small steps add up', () => {
    const onClockDrift = jest.fn<(drift: ClockDrift) => void>();
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, onClockDrift, maxBackwardDriftMs: 100 });
    for (let step = 0; step < 5; step++) {
      ids.next();
      clock.nowMs -= 30;
    }
    expect(onClockDrift.mock.calls.map(([{ backwardMs }]) => backwardMs)).toEqual([120]);
  });

  it('is not mistaken for time borrowed from the future', () => {
    const onClockDrift = jest.fn();
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, layout: TWO_A_MS, onClockDrift, maxBackwardDriftMs: 1 });
    take(ids, 100);
    clock.nowMs -= 1;
    ids.next();
    expect(onClockDrift).not.toHaveBeenCalled();
  });

  it('makes ids as before when a listener throws, and warns once', () => {
    const clock = new HandClock(NOON_MS);
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    const onClockDrift = jest.fn(() => {
      throw new Error('worker id given up');
    });
    const ids = new CatgaIds({ clock, onClockDrift, maxBackwardDriftMs: 0 });
    const made = [ids.next()];
    for (let step = 0; step < 3; step++) {
      clock.nowMs -= 10;
      made.push(ids.next());
    }
    expect(onClockDrift).toHaveBeenCalled();
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(4);
    expect(warned.mock.calls).toEqual([[expect.stringContaining('worker id given up'), expect.anything()]]);
    warned.mockRestore();
  });

  it('lets a listener make ids of its own', () => {
    const clock = new HandClock(NOON_MS);
    const made: string[] = [];
    const ids: CatgaIds = new CatgaIds({
      clock,
      layout: TWO_A_MS,
      maxBackwardDriftMs: 0,
      onClockDrift: () => made.push(...take(ids, 4)),
    });
    made.push(ids.next());
    clock.nowMs -= 10;
    made.push(ids.next());
    expect(made).toHaveLength(6);
    expect(new Set(made).size).toBe(6);
    expect(made.slice().sort()).toEqual(made);
    expect(made.every((id) => ids.parse(id).workerId === 0)).toBe(true);
  });

  it('is reported for each step, but not to a listener that is still at work on the one before', () => {
    const clock = new HandClock(NOON_MS);
    jest.spyOn(clock, 'now').mockImplementation(() => (clock.nowMs -= 10));
    let reports = 0;
    const ids: CatgaIds = new CatgaIds({
      clock,
      maxBackwardDriftMs: 0,
      onClockDrift: () => {
        reports += 1;
        ids.next();
      },
    });
    take(ids, 4);
    expect(reports).toBe(3);
  });

  it('may be noticed in waiting for the clock, by a listener that uses the next millisecond up', () => {
    const readings = [0, 0, 0, -10, 1, 1, 2].map((offsetMs) => NOON_MS + offsetMs);
    const made: string[] = [];
    const ids: CatgaIds = new CatgaIds({
      clock: { now: () => readings.shift() ?? Number.NaN },
      layout: TWO_A_MS,
      maxBorrowMs: 0,
      maxBackwardDriftMs: 0,
      onClockDrift: () => made.push(...take(ids, 2)),
    });
    for (let count = 0; count < 3; count++) made.push(ids.next());
    expect(offsets(ids, made)).toEqual([0, 0, 1, 1, 2]);
    expect(made.map((id) => ids.parse(id).workerId)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('a millisecond whose sequence is used up', () => {
  it('borrows the next one, and the clock catches up', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, layout: TWO_A_MS });
    expect(offsets(ids, take(ids, 5))).toEqual([0, 0, 1, 1, 2]);
    clock.nowMs += 1;
    expect(offsets(ids, take(ids, 2))).toEqual([2, 3]);
    clock.nowMs += 9;
    expect(offsets(ids, take(ids, 1))).toEqual([10]);
  });

  it('borrows no more than maxBorrowMs, and then waits for the clock', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, layout: TWO_A_MS, maxBorrowMs: 3 });
    take(ids, 8);
    const readings = clock.readings;
    jest.spyOn(clock, 'now').mockImplementation(() => {
      clock.readings += 1;
      return clock.readings - readings < 500 ? NOON_MS : NOON_MS + 1;
    });
    expect(offsets(ids, take(ids, 1))).toEqual([4]);
    expect(clock.readings - readings).toBe(500);
  });

  it('fails with CATGA_OVERLOADED when the clock stands still, and works again once it runs', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, layout: TWO_A_MS, maxBorrowMs: 3 });
    take(ids, 8);
    const overloaded = expect.objectContaining({ code: 'CATGA_OVERLOADED', retryable: true });
    expect(() => ids.next()).toThrow(overloaded);
    expect(() => ids.fill(new BigUint64Array(1))).toThrow(overloaded);
    clock.nowMs += 2;
    expect(offsets(ids, take(ids, 4))).toEqual([4, 4, 5, 5]);
  });

  it('borrows maxBorrowMs anew once the clock has passed it', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, layout: TWO_A_MS, maxBorrowMs: 2 });
    take(ids, 6);
    clock.nowMs += 10;
    expect(offsets(ids, take(ids, 6))).toEqual([10, 10, 11, 11, 12, 12]);
  });

  it('goes on at whatever time the clock has when the wait ends', () => {
    const readings = [0, 0, 0, 0, 5, 5].map((offsetMs) => NOON_MS + offsetMs);
    const clock = { now: () => readings.shift() ?? Number.NaN };
    const ids = new CatgaIds({ clock, layout: TWO_A_MS, maxBorrowMs: 0 });
    expect(offsets(ids, take(ids, 4))).toEqual([0, 0, 5, 5]);
  });

  it('always waits for the clock when maxBorrowMs is 0', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, layout: TWO_A_MS, maxBorrowMs: 0 });
    take(ids, 2);
    expect(() => ids.next()).toThrow(expect.objectContaining({ code: 'CATGA_OVERLOADED' }));
    clock.nowMs += 1;
    expect(offsets(ids, take(ids, 2))).toEqual([1, 1]);
  });

  it('has what it borrowed paid back by passing time, even while the clock is far behind', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, layout: TWO_A_MS, maxBorrowMs: 3 });
    take(ids, 2);
    clock.nowMs -= 3_600_000;
    for (let ms = 0; ms < 50; ms++) {
      expect(offsets(ids, take(ids, 2))).toEqual([1 + ms, 1 + ms]);
      clock.nowMs += 1;
    }
  });
});

describe('a clock that no id can carry', () => {
  const configuration = expect.objectContaining({ code: 'CATGA_CONFIGURATION' });

  it.each([
    ['lies before the epoch', Date.UTC(2023, 11, 31)],
    ['lies beyond the last timestamp', Date.UTC(2094, 0, 1)],
    ['is no number', Number.NaN],
  ])('is refused when it %s, and used again once it is right', (_, nowMs) => {
    const clock = new HandClock(nowMs);
    const ids = new CatgaIds({ clock });
    expect(() => ids.next()).toThrow(configuration);
    clock.nowMs = NOON_MS;
    expect(ids.parse(ids.next())).toMatchObject({ timestampMs: NOON_MS, sequence: 0 });
  });

  it('is ridden out like any step back once ids were made', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock });
    ids.next();
    clock.nowMs = 0;
    expect(ids.parse(ids.next())).toMatchObject({ timestampMs: NOON_MS, sequence: 1 });
  });

  it('cannot be borrowed from: the last timestamp is the end', () => {
    const layout = { timestampBits: 10, sequenceBits: 1, epochMs: NOON_MS };
    const ids = new CatgaIds({ layout, clock: new HandClock(NOON_MS + 1023) });
    take(ids, 2);
    expect(() => ids.next()).toThrow(configuration);
  });

  it('has its fractions cut off', () => {
    const ids = new CatgaIds({ clock: new HandClock(NOON_MS + 0.9) });
    expect(ids.parse(ids.next()).timestampMs).toBe(NOON_MS);
  });
});
