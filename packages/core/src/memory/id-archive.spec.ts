import { describe, expect, it } from '@jest/globals';
import { IdArchive } from './id-archive.js';

function setUp() {
  let nowMs = 0;
  return { ids: new IdArchive(() => nowMs), pass: (ms: number) => void (nowMs += ms) };
}

describe('IdArchive', () => {
  it('finds the number of an id until its time to live is over', () => {
    const { ids, pass } = setUp();
    ids.add('a', 7, 100);
    pass(99);
    expect([ids.find('a'), ids.value, ids.find('b')]).toEqual([true, 7, false]);
    pass(1);
    expect(ids.find('a')).toBe(false);
  });

  it('has the last of what was added under an id, and keeps it when the first expires', () => {
    const { ids, pass } = setUp();
    ids.add('a', 1, 100);
    pass(60);
    ids.add('a', 2, 100);
    pass(60);
    ids.clean();
    expect([ids.find('a'), ids.value, ids.size]).toEqual([true, 2, 1]);
  });

  it.each(['', 'größer', '🚀', 'half \ud800', 'half \ud801', 'x'.repeat(1000), 'x'.repeat(200_000)])(
    'tells %p from all others',
    (id) => {
      const { ids } = setUp();
      const others = [`${id}x`, `x${id}`, id.toUpperCase(), id.slice(1), '?'].filter((other) => other !== id);
      for (const [index, each] of [id, ...others].entries()) ids.add(each, index, 100);
      expect([ids.find(id), ids.value]).toEqual([true, 0]);
      for (const other of others) expect([ids.find(other), ids.value > 0]).toEqual([true, true]);
    },
  );

  it('gives room for content, and gives it back', () => {
    const { ids } = setUp();
    for (const size of [0, 5, 100_000]) {
      ids.add(`of ${size}`, 0, 100, size);
      ids.bytes.fill(size % 251, ids.contentAt, ids.contentAt + size);
    }
    for (const size of [100_000, 5, 0]) {
      expect(ids.find(`of ${size}`)).toBe(true);
      const content = ids.bytes.subarray(ids.contentAt, ids.contentEndsAt);
      expect(content.equals(Buffer.alloc(size, size % 251))).toBe(true);
    }
  });

  it('knows of many ids what a map knows of them, while they come, come again and expire', () => {
    const { ids, pass } = setUp();
    const known = new Map<string, { value: number; untilMs: number }>();
    let nowMs = 0;
    let largest = 0;
    let seed = 1;
    for (let value = 0; value < 30_000; value++) {
      seed = Math.imul(seed, 1_103_515_245) + 12_345;
      const id = `id ${(seed >>> 8) % 5000}`;
      const live = known.get(id);
      const expected = live !== undefined && live.untilMs > nowMs ? live.value : undefined;
      expect(ids.find(id) ? ids.value : undefined).toBe(expected);
      ids.add(id, value, 500);
      known.set(id, { value, untilMs: nowMs + 500 });
      largest = Math.max(largest, ids.size);
      nowMs++;
      pass(1);
    }
    expect(largest).toBeLessThan(510);
    pass(500);
    ids.clean();
    expect(ids.size).toBe(0);
  });
});
