import { describe, expect, it } from '@jest/globals';
import type { ProgressSection } from './progress-record.js';
import { startOf } from './share-start.js';

const SESSION = 'node1/1';
const LANE = 1;
const STATE = { identity: 'now', first: 1, last: 100 };
const MAIL = {
  id: 'shop.mail',
  kind: 'event',
  names: ['order.shipped'],
  made: 'once',
  starts: [0, 20].map((position) => ({ identity: 'now', position })),
} as const;
const DONE: ProgressSection = {
  made: 'once',
  epoch: 3,
  owner: '',
  identity: 'now',
  progress: { floor: 40, end: 50, open: [[0, 1, 0]] },
  failures: [],
  reach: 50,
  crashes: 0,
  suspectsEnd: 0,
  alone: undefined,
  skips: [[41, 2]],
  handling: 0,
  beat: 7,
};
const nothingAfter = (floor: number) => ({ floor, end: floor, open: [] });

describe('where a subscription goes on in a lane', () => {
  const begin = (recorded: ProgressSection | undefined, state = STATE) =>
    startOf(MAIL, LANE, recorded, state, SESSION);

  it('is where it was made, if nothing is recorded, or only of one that was dropped', () => {
    for (const recorded of [undefined, { ...DONE, made: 'before' }])
      expect(begin(recorded)).toMatchObject({
        start: { progress: nothingAfter(20), skips: [], epoch: recorded?.epoch ?? 0 },
        missing: 0,
        isDisplaced: false,
      });
  });

  it('is after what is recorded', () => {
    const { progress, skips, epoch, beat } = DONE;
    expect(begin(DONE)).toMatchObject({
      start: { progress, skips, epoch, beat },
      missing: 0,
      isDisplaced: false,
    });
  });

  it('is after what was trimmed, and says how much that is', () => {
    expect(begin(DONE, { ...STATE, first: 61 })).toMatchObject({
      start: { progress: nothingAfter(61), epoch: 3 },
      missing: 21,
      isDisplaced: false,
    });
  });

  it('is the same where it has read nothing before', () => {
    expect(begin(undefined, { ...STATE, first: 25 })).toMatchObject({
      start: { progress: nothingAfter(25) },
      missing: 5,
    });
  });

  it('is the beginning of a lane of another identity', () => {
    expect(begin(DONE, { identity: 'later', first: 5, last: 100 })).toMatchObject({
      start: { progress: nothingAfter(5), identity: 'later', skips: [], epoch: 3 },
      missing: 0,
      isDisplaced: true,
    });
  });

  it('is the end of a lane whose positions went back', () => {
    expect(begin(DONE, { ...STATE, last: 38 })).toMatchObject({
      start: { progress: nothingAfter(39), epoch: 3 },
      missing: 0,
      isDisplaced: true,
    });
    // All that was done may be all there is.
    expect(begin(DONE, { ...STATE, last: 39 })).toMatchObject({
      start: { progress: DONE.progress },
      isDisplaced: false,
    });
  });
});
