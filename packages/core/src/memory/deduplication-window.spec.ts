import { describe, expect, it } from '@jest/globals';
import { DeduplicationWindow } from './deduplication-window.js';

describe('DeduplicationWindow', () => {
  it('is full instead of forgetting an id early, and has room again once ids are old enough', () => {
    let nowMs = 0;
    const window = new DeduplicationWindow(() => nowMs, 100, 3);
    let added = 0;
    for (const id of ['a', 'b', 'c']) {
      expect(window.isFull).toBe(false);
      window.add(id, ++added);
    }
    expect(window.isFull).toBe(true);
    expect(['a', 'b', 'c'].map((id) => window.get(id))).toEqual([1, 2, 3]);
    nowMs = 100;
    for (let asked = 0; asked < 3 && window.isFull; asked++);
    expect(window.isFull).toBe(false);
  });

  it('remembers nothing with a window of 0', () => {
    const window = new DeduplicationWindow(() => 0, 0);
    window.add('a');
    expect(window.get('a')).toBeUndefined();
  });
});
