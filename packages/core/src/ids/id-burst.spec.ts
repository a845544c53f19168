// oxlint-disable unicorn/no-array-fill-with-reference-type -- CatgaIds.fill() is no Array.prototype.fill()
import { describe, expect, it } from '@jest/globals';
import { CatgaIds } from './catga-ids.js';
import { HandClock, NOON_MS } from './hand-clock.fixture.js';

const burst = (ids: CatgaIds, count: number) => {
  for (let made = 0; made < count; made++) ids.next();
};

describe('a burst of ids', () => {
  it('reads the clock for each of the first 64 ids of a millisecond', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock });
    burst(ids, 64);
    expect(clock.readings).toBe(64);
    clock.nowMs += 1;
    expect(ids.parse(ids.next()).timestampMs).toBe(NOON_MS + 1);
  });

  it('reads the clock once per 64 ids after that', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock, layout: { workerBits: 8, sequenceBits: 14 } });
    burst(ids, 64 + 6_400);
    expect(clock.readings).toBe(64 + 100);
  });

  it('is at most 63 ids behind the clock', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock });
    burst(ids, 65);
    clock.nowMs += 1_000;
    const times = Array.from({ length: 64 }, () => ids.parse(ids.next()).timestampMs);
    expect(times).toEqual([...Array.from({ length: 63 }, () => NOON_MS), NOON_MS + 1_000]);
  });

  it('ends with the synchronous code that makes it, so that no later id carries an old time', async () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock });
    for (const make of [() => ids.nextBigInt(), () => ids.parse(ids.next())]) {
      burst(ids, 1_000);
      clock.nowMs += 1_000;
      await Promise.resolve();
      make();
      clock.nowMs += 1_000;
      expect(ids.parse(ids.next()).timestampMs).toBe(clock.nowMs);
    }
  });

  it('does not start at once after one that ended', async () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock });
    burst(ids, 65);
    await Promise.resolve();
    const readings = clock.readings;
    burst(ids, 64);
    expect(clock.readings - readings).toBe(64);
  });

  it('starts after 64 ids of the next millisecond, whatever bursts there were before', async () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock });
    burst(ids, 1_000);
    await Promise.resolve();
    clock.nowMs += 1;
    const readings = clock.readings;
    burst(ids, 128);
    expect(clock.readings - readings).toBe(65);
  });

  it('is not needed for a batch, which begins with a reading', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock });
    burst(ids, 1_000);
    clock.nowMs += 1;
    const [first] = ids.fill(new BigUint64Array(1_000));
    expect(ids.parse(first ?? 0n)).toMatchObject({ timestampMs: NOON_MS + 1, sequence: 0 });
    clock.nowMs += 1;
    expect(ids.parse(ids.next())).toMatchObject({ timestampMs: NOON_MS + 2, sequence: 0 });
  });
});
