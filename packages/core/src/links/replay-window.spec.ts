import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ReplayWindow } from './replay-window.js';

describe('the window of frames that came', () => {
  it('takes each frame once, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 200 }), (sequences) => {
        const window = new ReplayWindow();
        const taken = sequences.filter((sequence) => window.accept(sequence));
        expect(taken).toEqual([...new Set(sequences)]);
        expect(window.last).toBe(Math.max(0, ...sequences));
      }),
    );
  });

  it('takes a frame that is older than it can remember for a repeated one', () => {
    const window = new ReplayWindow();
    expect(window.accept(5000)).toBe(true);
    expect(window.accept(5000 - 1023)).toBe(true);
    expect(window.accept(5000 - 1024)).toBe(false);
  });

  it('begins with the first that comes, whatever its number', () => {
    for (const first of [1, 7, 2 ** 31 + 5, 2 ** 32 - 1, 0]) {
      const window = new ReplayWindow();
      expect(window.accept(first)).toBe(true);
      expect(window.accept(first)).toBe(false);
      expect(window.accept((first + 1) % 2 ** 32)).toBe(true);
    }
  });

  it('goes on when the numbers begin again', () => {
    const window = new ReplayWindow();
    const last = 2 ** 32 - 1;
    for (let sequence = 2 ** 31 - 2; sequence < last; sequence += 2 ** 30) window.accept(sequence);
    expect(window.accept(last)).toBe(true);
    expect(window.accept(1)).toBe(true);
    expect(window.accept(last)).toBe(false);
    expect(window.last).toBe(1);
  });
});
