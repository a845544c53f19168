import { describe, expect, it } from '@jest/globals';
import { laneKeys, slotOf } from './lane-keys.js';

const slots = (namespace: string, lanes: number): number[] =>
  laneKeys(namespace, lanes).map((key) => slotOf(key.slice(1, -1)));

describe('the keys of lanes', () => {
  it('lie in the slots of the specification of Redis Cluster', () => {
    expect(slotOf('123456789')).toBe(0x31c3);
  });

  it.each([1, 3, 16, 64])('lie each in its part of the slots, for %d lanes of any namespace', (lanes) => {
    for (const namespace of ['catga', 'shop', 'ü'])
      expect(slots(namespace, lanes).map((slot) => Math.floor((slot * lanes) / 16_384))).toEqual(
        Array.from({ length: lanes }, (_, lane) => lane),
      );
  });

  it('stay the same', () => {
    expect(laneKeys('shop', 16)).toEqual(laneKeys('shop', 16));
  });
});
