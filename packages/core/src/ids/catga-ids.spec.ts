// oxlint-disable unicorn/no-array-fill-with-reference-type -- CatgaIds.fill() is no Array.prototype.fill()
import { describe, expect, it } from '@jest/globals';
import { CatgaIds } from './catga-ids.js';
import { HandClock, NOON_MS } from './hand-clock.fixture.js';

const validation = expect.objectContaining({ code: 'CATGA_VALIDATION_FAILED' });

describe('CatgaIds', () => {
  it('makes ids of the time, the worker and a sequence that starts at 0 in each millisecond', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ workerId: 7, clock });
    const first = ids.parse(ids.next());
    const second = ids.parse(ids.next());
    clock.nowMs += 1;
    const third = ids.parse(ids.next());

    expect(first).toEqual({ timestamp: new Date(NOON_MS), timestampMs: NOON_MS, workerId: 7, sequence: 0 });
    expect(second).toMatchObject({ timestampMs: NOON_MS, sequence: 1 });
    expect(third).toMatchObject({ timestampMs: NOON_MS + 1, sequence: 0 });
  });

  it('lays the bits out as timestamp, worker, sequence from the top', () => {
    const ids = new CatgaIds({ workerId: 5, clock: new HandClock(Date.UTC(2024, 0, 1) + 3) });
    expect(ids.nextBigInt()).toBe((3n << 22n) | (5n << 12n));
    expect(ids.nextBigInt()).toBe((3n << 22n) | (5n << 12n) | 1n);
  });

  it('continues one sequence through texts, numbers and batches', () => {
    const ids = new CatgaIds({ clock: new HandClock(NOON_MS) });
    const text = ids.next();
    const number = ids.nextBigInt();
    const batch = ids.fill(new BigUint64Array(3));
    const last = ids.next();
    const sequences = [text, number, ...batch, last].map((id) => ids.parse(id).sequence);
    expect(sequences).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('reads the system clock unless told otherwise', () => {
    const before = Date.now();
    const ids = new CatgaIds();
    const { timestampMs } = ids.parse(ids.next());
    expect(timestampMs).toBeGreaterThanOrEqual(before);
    expect(timestampMs).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    { timestampBits: 41, workerBits: 8, sequenceBits: 14, epochMs: 1_288_834_974_657 },
    { timestampBits: 52, workerBits: 1, sequenceBits: 10, epochMs: 0 },
    { timestampBits: 42, workerBits: 1, sequenceBits: 1, epochMs: 0 },
    { timestampBits: 32, workerBits: 1, sequenceBits: 30, epochMs: NOON_MS - 5 },
    { timestampBits: 31, workerBits: 31, sequenceBits: 1, epochMs: NOON_MS - 5 },
  ])('takes other layouts: %p', (layout) => {
    const workerId = 2 ** layout.workerBits - 1;
    const ids = new CatgaIds({ workerId, layout, clock: new HandClock(NOON_MS) });
    const batch = ids.fill(new BigUint64Array(2));
    const made = [ids.parse(batch[0] ?? 0n), ids.parse(batch[1] ?? 0n)];
    expect(made).toEqual([
      { timestamp: new Date(NOON_MS), timestampMs: NOON_MS, workerId, sequence: 0 },
      { timestamp: new Date(NOON_MS), timestampMs: NOON_MS, workerId, sequence: 1 },
    ]);
    const text = ids.next();
    expect(CatgaIds.toBigInt(text)).toBeGreaterThan(batch[1] ?? 0n);
    expect(CatgaIds.toText(CatgaIds.toBigInt(text))).toBe(text);
  });

  it('refuses to parse an id that is too wide for its layout', () => {
    const ids = new CatgaIds({ layout: { timestampBits: 30 } });
    expect(() => ids.parse(2n ** 52n)).toThrow(validation);
    expect(ids.parse(2n ** 52n - 1n)).toMatchObject({ workerId: 1023, sequence: 4095 });
    expect(() => ids.parse(-1n)).toThrow(validation);
    expect(() => ids.parse('no id')).toThrow(validation);
  });
});

describe('a batch of ids', () => {
  it('is written into the range asked for and nowhere else', () => {
    const ids = new CatgaIds({ clock: new HandClock(NOON_MS) });
    const target = new BigUint64Array(5);
    expect(ids.fill(target, 1, 4)).toBe(target);
    const first = CatgaIds.toBigInt(new CatgaIds({ clock: new HandClock(NOON_MS) }).next());
    expect([...target]).toEqual([0n, first, first + 1n, first + 2n, 0n]);
  });

  it('is written through a view that begins in the middle of its buffer', () => {
    const whole = new BigUint64Array(4);
    new CatgaIds({ clock: new HandClock(NOON_MS) }).fill(whole.subarray(2));
    expect([...whole].map((id) => id > 0n)).toEqual([false, false, true, true]);
  });

  it('goes on in the next millisecond when it is longer than the sequence', () => {
    const layout = { sequenceBits: 2 };
    const ids = new CatgaIds({ workerId: 9, layout, clock: new HandClock(NOON_MS) });
    const made = [...ids.fill(new BigUint64Array(6))].map((id) => ids.parse(id));
    expect(made.map(({ timestampMs, sequence }) => [timestampMs - NOON_MS, sequence])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 0],
      [1, 1],
    ]);
    expect(made.every(({ workerId }) => workerId === 9)).toBe(true);
  });

  it('of no ids reads no clock and uses none up', () => {
    const clock = new HandClock(NOON_MS);
    const ids = new CatgaIds({ clock });
    ids.fill(new BigUint64Array(0));
    expect(clock.readings).toBe(0);
    expect(ids.parse(ids.next()).sequence).toBe(0);
  });

  it.each([
    [-1, 2],
    [0, 4],
    [2, 1],
    [0.5, 2],
    [0, Number.NaN],
  ])('is refused for the range %p to %p of three', (from, to) => {
    expect(() => new CatgaIds().fill(new BigUint64Array(3), from, to)).toThrow(validation);
  });
});
