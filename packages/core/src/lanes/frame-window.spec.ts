import { describe, expect, it } from '@jest/globals';
import { FrameWindow } from './frame-window.js';
import type { FrameSlot } from './frame-window.js';

const fresh = (floor = 1): FrameWindow => new FrameWindow({ floor, end: floor, open: [] });

function read(window: FrameWindow, position: number, events: number): FrameSlot {
  const slot = window.open(position);
  for (let index = 0; index < events; index++) if (!slot.isDone(index)) slot.left++;
  return slot;
}

describe('the window of a subscription on a lane', () => {
  it('has a floor that rises over what is done, in whatever order it was done', () => {
    const window = fresh();
    const [one, two, three] = [read(window, 1, 1), read(window, 2, 2), read(window, 3, 1)];
    window.settle(three, 0);
    window.settle(two, 1);
    expect(window.floor).toBe(1);
    window.settle(one, 0);
    expect(window.floor).toBe(2);
    window.settle(two, 0);
    expect(window.floor).toBe(4);
    expect(window.next).toBe(4);
  });

  it('takes frames that nothing is wanted of, and frames that are missing, for done', () => {
    const window = fresh();
    read(window, 1, 0);
    const slot = read(window, 5, 1);
    window.rise();
    expect(window.floor).toBe(5);
    window.settle(slot, 0);
    expect(window.floor).toBe(6);
  });

  it('records what is done above its floor, and knows it again', () => {
    const window = fresh(10);
    const slots = [10, 11, 12, 13, 14].map((position) => read(window, position, 40));
    window.settle(slots[0]!, 35);
    for (let index = 0; index < 40; index++) window.settle(slots[1]!, index);
    window.settle(slots[3]!, 31);
    const recorded = window.record(100);
    const again = new FrameWindow(recorded);
    expect([again.floor, again.wasDone(11), again.wasDone(10), again.wasDone(12), again.wasDone(14)]).toEqual(
      [10, true, false, false, false],
    );
    const first = read(again, 10, 40);
    expect([first.isDone(35), first.isDone(34), first.left]).toEqual([true, false, 39]);
    expect(again.record(100)).toEqual(recorded);
  });

  it('forgets nothing of what is recorded while it is read again', () => {
    const window = fresh();
    const slots = [1, 2, 3].map((position) => read(window, position, 1));
    window.settle(slots[2]!, 0);
    const again = new FrameWindow(window.record(100));
    read(again, 1, 1);
    expect(new FrameWindow(again.record(100)).wasDone(3)).toBe(true);
  });

  it('records no more than it may, and then what is left out is not taken for done', () => {
    const window = fresh();
    const slots = [1, 2, 3, 4, 5].map((position) => read(window, position, 1));
    window.settle(slots[4]!, 0);
    const recorded = window.record(2);
    expect(recorded).toEqual({
      floor: 1,
      end: 3,
      open: [
        [0, 0, 0],
        [1, 0, 0],
      ],
    });
  });

  it('goes on for a long time', () => {
    const window = fresh();
    const hung = read(window, 1, 1);
    for (let position = 2; position < 10_000; position++) window.settle(read(window, position, 1), 0);
    expect(window.record(10)).toEqual({ floor: 1, end: 10_000, open: [[0, 0, 0]] });
    window.settle(hung, 0);
    for (let position = 10_000; position < 20_000; position++) window.settle(read(window, position, 1), 0);
    expect(window.floor).toBe(20_000);
  });

  it('costs what is not done, however much is done above a frame that hangs', () => {
    const window = fresh();
    const hung = read(window, 1, 1);
    let looks = 0;
    for (let position = 2; position <= 100_000; position++) {
      const slot = read(window, position, 1);
      window.settle(slot, 0);
      const left = { get: () => ++looks && 0 };
      Object.defineProperty(slot, 'left', left);
    }
    looks = 0;
    expect(window.record(10)).toEqual({ floor: 1, end: 100_001, open: [[0, 0, 0]] });
    expect([window.at(1), window.at(50_000), window.at(100_001)]).toEqual([hung, undefined, undefined]);
    expect(looks).toBeLessThan(2000);
  });
});
