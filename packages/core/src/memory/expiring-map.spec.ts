import { describe, expect, it } from '@jest/globals';
import { ExpiringMap, expiryOf } from './expiring-map.js';
import type { Expiring } from './expiring-map.js';

type Named = Expiring & { readonly name: string };

function setUp() {
  let nowMs = 0;
  const map = new ExpiringMap<Named>(() => nowMs, expiryOf);
  const set = (key: string, name: string, ttlMs: number): void =>
    map.set(key, { name, expiresAtMs: map.expiry(ttlMs) });
  return { map, set, pass: (ms: number) => void (nowMs += ms) };
}

describe('ExpiringMap', () => {
  it('has an entry until its time to live is over', () => {
    const { map, set, pass } = setUp();
    set('a', 'one', 100);
    pass(99);
    expect(map.get('a')?.name).toBe('one');
    pass(1);
    expect(map.get('a')).toBeUndefined();
  });

  it('counts the time to live anew when an entry is replaced', () => {
    const { map, set, pass } = setUp();
    set('a', 'one', 100);
    pass(60);
    set('a', 'two', 100);
    pass(60);
    expect(map.get('a')?.name).toBe('two');
  });

  it('says of a deletion whether there was an entry, and an expired one was not there', () => {
    const { map, set, pass } = setUp();
    set('a', 'one', 100);
    set('b', 'two', 10);
    pass(10);
    expect([map.delete('a'), map.delete('a'), map.delete('b')]).toEqual([true, false, false]);
  });

  it('does not grow with entries that expired and were never asked for again', () => {
    const { map, set, pass } = setUp();
    let largest = 0;
    for (let i = 0; i < 20_000; i++) {
      set(`id${i}`, 'value', i % 2 === 0 ? 100 : 50);
      pass(1);
      largest = Math.max(largest, map.size);
    }
    expect(largest).toBeLessThan(300);
  });
});
