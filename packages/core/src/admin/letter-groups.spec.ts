import { describe, expect, it } from '@jest/globals';
import type { DeadLetter } from '../contracts/dead-letter.js';
import { DeadLetterCount, deadLetterGroupKey, groupDeadLetters } from './letter-groups.js';

/** Pages of 1,000 letters whose errors differ in a number, except every tenth. */
class Letters {
  pages = 0;

  constructor(public letters: number) {}

  async list(_filter?: object, { after = '0' }: { readonly after?: string } = {}) {
    this.pages++;
    const start = Number(after);
    const end = Math.min(start + 1000, this.letters);
    const items = Array.from({ length: end - start }, (_, index) => letter(start + index));
    return { items, next: end < this.letters ? String(end) : undefined };
  }
}

function letter(index: number): DeadLetter {
  const message = index % 10 === 0 ? 'no stock' : `order ${index} is late`;
  return {
    id: `letter ${index}`,
    subscription: 'shop.ship',
    name: 'placed',
    failedAt: new Date(index),
    error: { name: 'Error', message },
  } as DeadLetter;
}

describe('groups of dead letters', () => {
  it('are one for errors that differ in numbers only, with the key of each of their letters', async () => {
    const { groups, counted, isComplete } = await groupDeadLetters(new Letters(1500), {});
    expect(groups.map(({ count, error, exampleId }) => [count, error.message, exampleId])).toEqual([
      [1350, 'order # is late', 'letter 1'],
      [150, 'no stock', 'letter 0'],
    ]);
    expect([counted, isComplete]).toEqual([1500, true]);
    expect(groups.map(deadLetterGroupKey)).toEqual([
      deadLetterGroupKey(letter(7)),
      deadLetterGroupKey(letter(20)),
    ]);
  });

  it('are of some of the letters when that is enough, or nobody waits', async () => {
    const letters = new Letters(100_000);
    expect(await groupDeadLetters(letters, {}, { most: 2000 })).toMatchObject({
      counted: 2000,
      isComplete: false,
    });
    expect(await groupDeadLetters(letters, {}, { signal: AbortSignal.abort() })).toMatchObject({
      counted: 1000,
    });
    expect(letters.pages).toBe(3);
  });

  it('go on to be counted with what comes later, from the last page on', async () => {
    const letters = new Letters(2500);
    const count = new DeadLetterCount(letters, {});
    while (!count.isComplete) await count.next();
    letters.letters = 2600;
    await count.next();
    expect([count.counted, count.groups.map((group) => group.count)]).toEqual([2600, [2340, 260]]);
    letters.letters = 3200;
    while (count.counted < 3200) await count.next();
    expect([count.counted, count.groups.map((group) => group.count)]).toEqual([3200, [2880, 320]]);
    expect([letters.pages, count.isComplete]).toEqual([6, true]);
  });
});
