import { describe, expect, it } from '@jest/globals';
import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import { recordOf } from '../errors/error-record.js';
import { boundedHistory, seriesIn } from './dead-letter-history.js';

const failure = (attempts: number, error: unknown = new Error('ill')): DeadLetterFailure => ({
  error: recordOf(error),
  attempts,
  nodeId: 'n',
  failedAt: new Date(attempts),
});
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** What a letter tells of after so many series. */
function afterSeries(count: number, error?: (series: number) => unknown): readonly DeadLetterFailure[] {
  let told: readonly DeadLetterFailure[] = [];
  for (let series = 1; series <= count; series++) {
    const bounded = boundedHistory(told, failure(series, error?.(series)));
    told = [...bounded.history, bounded.failure];
    expect(seriesIn(told)).toBe(series);
    expect(told.reduce((sum, one) => sum + bytesOf(one), 0)).toBeLessThanOrEqual(12_288);
  }
  return told;
}

describe('the bounded history', () => {
  it('is whole as long as it fits', () => {
    expect(afterSeries(20)).toEqual(Array.from({ length: 20 }, (_, index) => failure(index + 1)));
  });

  it('leaves out the oldest but the first, and says how many', () => {
    const told = afterSeries(25);
    expect(told.map(({ attempts }) => attempts)).toEqual([1, ...Array.from({ length: 19 }, (_, i) => i + 7)]);
    expect(told.map(({ leftOut }) => leftOut).slice(0, 3)).toEqual([undefined, 5, undefined]);
  });

  it('has fewer failures if they are large', () => {
    const told = afterSeries(10, () => new Error('x'.repeat(3000)));
    expect(told.map(({ attempts }) => attempts)).toEqual([1, 9, 10]);
    expect(told[1]?.leftOut).toBe(7);
    expect(told.every(({ error }) => error.message.length === 3000)).toBe(true);
  });

  it.each([
    ['a message of control characters', () => new Error('\u{1}'.repeat(4096))],
    [
      'many errors that are held',
      () => new AggregateError(Array.from({ length: 16 }, () => new Error('€'.repeat(1024)))),
    ],
    [
      'names of errors that are held',
      () =>
        new AggregateError(
          Array.from({ length: 16 }, () => Object.assign(new Error('m'), { name: '\u{1}'.repeat(256) })),
          'whole',
        ),
    ],
  ])('shortens %s that alone are too large', (_what, error) => {
    const told = afterSeries(3, error);
    expect(told.at(0)).toMatchObject({ attempts: 1, error: { name: error().name } });
    expect(told.at(-1)).toMatchObject({ attempts: 3, error: { name: error().name } });
    expect(bytesOf(told.at(-1))).toBeLessThan(bytesOf(failure(3, error())));
  });
});
