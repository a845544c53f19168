import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { matchesError } from './error-match.js';
import type { ErrorMatch } from './error-match.js';

class CardRefused extends Error {
  override readonly name = 'CardRefused';
  readonly code = 'CARD';
  readonly status = 402;
}
class CardExpired extends CardRefused {}

describe('an error is meant', () => {
  it.each<readonly [string, ErrorMatch]>([
    ['its class', CardExpired],
    ['a class that it extends', CardRefused],
    ['its name', 'CardRefused'],
    ['its code', 'CARD'],
    ['its status', 402],
    ['a function that says so', (error) => error instanceof CardExpired],
  ])('by %s', (_by, match) => {
    expect(matchesError(new CardExpired(), ['another', match])).toBe(true);
    expect(matchesError(new TypeError('another'), [match])).toBe(false);
  });

  it('by a class of another realm', () => {
    const Foreign = runInNewContext('(class Foreign extends Error {})') as new () => Error;
    expect(matchesError(new Foreign(), [Foreign])).toBe(true);
  });

  it('by no function that throws or answers later', () => {
    const throws = (): never => {
      throw new Error('a fault');
    };
    const later = (async () => true) as unknown as (error: Error) => boolean;
    expect(matchesError(new CardRefused(), [throws, later])).toBe(false);
  });

  it('by nothing if reading it throws', () => {
    const hostile = Object.defineProperty(new Error('x'), 'code', {
      get() {
        throw new Error('a fault');
      },
    });
    expect(matchesError(hostile, ['x', 7])).toBe(false);
  });
});
