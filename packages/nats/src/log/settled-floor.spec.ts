import { describe, expect, it } from '@jest/globals';
import { SettledFloor } from './settled-floor.js';

const at = (sequence: number, storedAtMs = 1000 + sequence) => ({ sequence, storedAtMs });

describe('the floor of what is settled', () => {
  it('has nothing at first', () => {
    expect(new SettledFloor().has(at(1))).toBe(false);
  });

  it('has what was passed and all before it, and nothing after it', () => {
    const floor = new SettledFloor();
    floor.has(at(8));
    floor.passed(at(8));
    expect([at(1), at(8), at(9)].map((place) => floor.has(place))).toEqual([true, true, false]);
  });

  it('is not lowered by what is settled late', () => {
    const floor = new SettledFloor();
    floor.passed(at(8));
    floor.passed(at(3));
    expect(floor.has(at(8))).toBe(true);
  });

  it('is where the server says, as far as messages came here', () => {
    const floor = new SettledFloor();
    for (const sequence of [4, 6, 5]) floor.has(at(sequence));
    floor.told(9);
    expect([at(6), at(7)].map((place) => floor.has(place))).toEqual([true, false]);
  });

  it('is not lowered by a server that forgot', () => {
    const floor = new SettledFloor();
    floor.has(at(6));
    floor.told(5);
    floor.told(0);
    expect([at(5), at(6)].map((place) => floor.has(place))).toEqual([true, false]);
  });

  it('goes when the stream was made anew, and rises again', () => {
    const floor = new SettledFloor();
    floor.has(at(100));
    floor.passed(at(100));
    expect([at(1, 5000), at(2, 5001)].map((place) => floor.has(place))).toEqual([false, false]);
    floor.told(2);
    expect([at(1, 5000), at(2, 5001), at(3, 5002)].map((place) => floor.has(place))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
