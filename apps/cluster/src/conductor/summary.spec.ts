import { describe, expect, it } from '@jest/globals';
import { lost, problemsOf, summaryOf } from './summary.js';
import type { Result } from './summary.js';
import { Tally } from './tally.js';

const WELL = { withoutEffect: 0, ranTwice: 0, ranTwiceAgainstRecord: 0 };

/** One command that succeeded, and what else a case says. */
function resultOf(change: Partial<Result> = {}, also: (tally: Tally) => void = () => {}): Result {
  const tally = new Tally();
  tally.sent++;
  tally.success('place-order:1', 'orders-1/1/1');
  also(tally);
  return { tally, verdict: WELL, kills: 2, rollingRestarts: 1, crashes: [], ...change };
}

describe('the verdict of the script', () => {
  it('is that all is well, also when a command took effect twice before it was on record', () => {
    for (const result of [resultOf(), resultOf({ verdict: { ...WELL, ranTwice: 3 } })]) {
      expect(problemsOf(result)).toEqual([]);
      expect(summaryOf(result)).toMatch(/^OK: /m);
    }
  });

  it.each<[string, Result, string]>([
    ['a command that was never answered', resultOf({}, (tally) => void tally.sent++), '1 lost'],
    ['a success that no node took', resultOf({ verdict: { ...WELL, withoutEffect: 2 } }), '2 lost'],
    [
      'an effect that was taken again after it was on record',
      resultOf({ verdict: { ...WELL, ranTwice: 1, ranTwiceAgainstRecord: 1 } }),
      '1 took effect twice although the record said finished',
    ],
    [
      'a process that ended by itself',
      resultOf({ crashes: ['orders-1 ended with 1'] }),
      'orders-1 ended with 1',
    ],
  ])('finds %s', (_what, result, problem) => {
    expect(problemsOf(result)).toEqual([problem]);
    expect(summaryOf(result)).toContain(`FAILED: ${problem}`);
  });

  it('finds a command that failed, and says why', () => {
    const failed = resultOf({}, (tally) => {
      tally.sent++;
      tally.failure('place-order: 500');
    });
    expect(problemsOf(failed)).toEqual(['1 failed', 'place-order: 500']);
    expect(lost(failed)).toBe(0);
  });

  it('finds that there was no load', () => {
    const idle = { ...resultOf(), tally: new Tally() };
    expect(problemsOf(idle)).toEqual(['1 no command was sent']);
  });
});
