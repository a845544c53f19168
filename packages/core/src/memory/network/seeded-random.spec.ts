import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from './seeded-random.js';

const draw = (seed: number, count = 1000): readonly number[] => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('SeededRandom', () => {
  it('draws what mulberry32 draws', () => {
    const random = new SeededRandom(1);
    const bits = [1, 2, 3].map(() => random.next() * 2 ** 32);
    expect(bits).toEqual([2693262067, 11749833, 2265367787]);
  });

  it('draws the same for the same seed, and something else for another one', () => {
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
  });

  it('spreads its numbers evenly between 0 and 1', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const number of draw(7, 10_000)) tenths[Math.floor(number * 10)]!++;
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('draws whole numbers of a range, both ends included', () => {
    const random = new SeededRandom(3);
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(5, 8)));
    expect([...drawn].sort((one, other) => one - other)).toEqual([5, 6, 7, 8]);
  });

  it('never returns true for a rate of 0, and always for a rate of 1', () => {
    const random = new SeededRandom(3);
    for (let tried = 0; tried < 1000; tried++) {
      expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
    }
  });
});
