import { describe, expect, it } from '@jest/globals';
import { RandomRouting } from './random-routing.js';
import { candidates, choices } from './routing.fixture.js';

describe('random routing', () => {
  it('goes by the numbers it draws', () => {
    const drawn = [0, 0.34, 0.99, 0.5];
    const strategy = new RandomRouting(() => drawn.shift() ?? 0);
    expect(choices(strategy, candidates('a', 'b', 'c'), 4)).toEqual(['a', 'b', 'c', 'b']);
  });

  it('stays in range even if it draws the 1 that it should not', () => {
    expect(choices(new RandomRouting(() => 1), candidates('a', 'b'), 1)).toEqual(['b']);
  });

  it('reaches every node', () => {
    expect(new Set(choices(new RandomRouting(), candidates('a', 'b', 'c'), 500)).size).toBe(3);
  });
});
