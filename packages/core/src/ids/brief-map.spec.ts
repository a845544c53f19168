import { describe, expect, it } from '@jest/globals';
import { BriefMap } from './brief-map.js';

describe('BriefMap', () => {
  it('has what was set last, until it is deleted or over', () => {
    const over = new Set<object>();
    const map = new BriefMap<object>((value) => over.has(value));
    const [one, two] = [{ one: 1 }, { two: 2 }];
    map.set('a', one);
    map.set('b', two);
    map.set('a', two);
    map.set('a', one);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([one, two, undefined]);
    over.add(two);
    expect(map.get('b')).toBeUndefined();
    map.delete('a');
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
  });

  it('keeps what stays, and does not grow with what is gone', () => {
    const over = new Set<object>();
    const map = new BriefMap<object>((value) => over.has(value));
    const stays = Array.from({ length: 100 }, (_, index) => ({ index }));
    stays.forEach((value, index) => map.set(`stays ${index}`, value));
    let largest = 0;
    for (let index = 0; index < 10_000; index++) {
      const value = {};
      map.set(`goes ${index}`, value);
      if (index % 2 === 0) map.delete(`goes ${index}`);
      else over.add(value);
      largest = Math.max(largest, map.size);
    }
    expect(largest).toBeLessThan(400);
    expect(stays.map((_, index) => map.get(`stays ${index}`))).toEqual(stays);
  });
});
