import { describe, expect, it } from '@jest/globals';
import { LetterIndex, placeAfter } from './letter-index.js';
import type { Listed } from './letter-index.js';

function letter(id: string, sequence: number, failedAtMs: number): Listed {
  return {
    id,
    sequence,
    failedAtMs,
    subscription: 's',
    messageId: id,
    name: 'n',
    errorCode: undefined,
    expiresAtMs: 0,
  };
}

/** A stream whose reading takes ten milliseconds. */
function setUp(...letters: Listed[]) {
  let nowMs = 0;
  const reads: (number | undefined)[] = [];
  const index = new LetterIndex(
    async (take, from) => {
      reads.push(from);
      nowMs += 10;
      letters.filter(({ sequence }) => sequence >= (from ?? 0)).forEach(take);
    },
    () => nowMs,
  );
  const ids = async (isNew: boolean) => (await index.letters(isNew)).map(({ id }) => id);
  return { letters, reads, ids, pass: (ms: number) => (nowMs += ms) };
}

describe('the index of dead letters', () => {
  it('has them by the time of their failure, and reads all of them once for many pages', async () => {
    const { letters, reads, ids } = setUp(letter('b', 1, 20), letter('a', 2, 10));
    expect(await ids(true)).toEqual(['a', 'b']);
    letters.push(letter('c', 3, 15), letter('a', 4, 30));
    expect(await ids(false)).toEqual(['c', 'b', 'a']);
    expect(await ids(false)).toEqual(['c', 'b', 'a']);
    expect(reads).toEqual([undefined, 3, 5]);
  });

  it('reads all of them for a new list, unless that has taken long', async () => {
    const { reads, ids, pass } = setUp(letter('a', 1, 10));
    await ids(true);
    pass(80);
    await ids(true);
    pass(20);
    await ids(true);
    pass(60_000);
    await ids(false);
    expect(reads).toEqual([undefined, 2, undefined, undefined]);
  });

  it('finds the place after a position that is no more', () => {
    const letters = [letter('a', 1, 10), letter('b', 2, 20), letter('c', 3, 20)];
    const after = (failedAtMs: number, sequence: number) => placeAfter(letters, { failedAtMs, sequence });
    expect([after(5, 9), after(10, 1), after(20, 2), after(20, 9)]).toEqual([0, 1, 2, 3]);
  });
});
