import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DeadLetterFilter } from '../contracts/dead-letter.js';
import type { StoredDeadLetter } from '../ports/dead-letter-store.js';
import { TestClock } from '../time/test-clock.js';
import { MemoryDeadLetterStore } from './memory-dead-letter-store.js';
import { storedMessage } from './memory.fixture.js';

const TTL_MS = 60_000;

interface LetterFacts {
  readonly failedAtMs?: number;
  readonly subscription?: string;
  readonly name?: string;
  readonly code?: string;
  readonly attempts?: number;
}

function letter(id: string, facts: LetterFacts = {}): StoredDeadLetter {
  const error = { name: 'Error', message: 'no', ...(facts.code === undefined ? {} : { code: facts.code }) };
  return {
    id,
    subscription: facts.subscription ?? 'shop.mail',
    stored: storedMessage(`message-${id}`, { name: facts.name ?? 'order.shipped' }),
    failure: {
      error,
      attempts: facts.attempts ?? 5,
      nodeId: 'node1',
      failedAt: new Date(facts.failedAtMs ?? 0),
    },
  };
}

describe('MemoryDeadLetterStore', () => {
  let clock: TestClock;
  let store: MemoryDeadLetterStore;
  const put = async (...letters: StoredDeadLetter[]): Promise<void> => {
    for (const each of letters) await store.put(each, TTL_MS);
  };
  const idsOf = async (filter: DeadLetterFilter = {}): Promise<string[]> =>
    (await store.list(filter, { limit: 1000 })).items.map(({ id }) => id);

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryDeadLetterStore(() => clock.monotonicMs());
  });

  it('lists letters by the time of giving up, and letters of one time as they came', async () => {
    await put(
      letter('c', { failedAtMs: 30 }),
      letter('a', { failedAtMs: 10 }),
      letter('b1', { failedAtMs: 20 }),
      letter('b2', { failedAtMs: 20 }),
    );
    expect(await idsOf()).toEqual(['a', 'b1', 'b2', 'c']);
  });

  it('leaves one letter when it is put again', async () => {
    await put(letter('a', { attempts: 1 }), letter('b'), letter('a', { attempts: 2 }));
    expect(await idsOf()).toEqual(['a', 'b']);
    expect((await store.get('a'))?.failure.attempts).toBe(2);
  });

  it('moves a letter to the time of its last giving up', async () => {
    await put(letter('a', { failedAtMs: 1 }), letter('b', { failedAtMs: 2 }), letter('a', { failedAtMs: 3 }));
    expect(await idsOf()).toEqual(['b', 'a']);
  });

  it('hands out page after page, each letter once', async () => {
    await put(...Array.from({ length: 25 }, (_, i) => letter(`${i}`, { failedAtMs: i >> 2 })));
    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const page = await store.list({}, { limit: 10, ...(after === undefined ? {} : { after }) });
      pages.push(page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(Array.from({ length: 25 }, (_, i) => `${i}`));
  });

  it('ends the list on a page that is exactly full', async () => {
    await put(letter('a'), letter('b'));
    expect((await store.list({}, { limit: 2 })).next).toBeUndefined();
  });

  it('continues at the same place while letters come and go, the one the cursor was made of included', async () => {
    await put(...['a', 'b', 'c', 'd'].map((id, i) => letter(id, { failedAtMs: 10 * i })));
    const { next } = await store.list({}, { limit: 2 });
    await store.remove('b');
    await store.remove('c');
    await put(letter('before', { failedAtMs: 5 }), letter('behind', { failedAtMs: 25 }));
    const { items } = await store.list({}, { limit: 10, after: next ?? '' });
    expect(items.map(({ id }) => id)).toEqual(['behind', 'd']);
  });

  it('refuses a cursor that it did not make', async () => {
    await expect(store.list({}, { limit: 2, after: 'page 2' })).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
      details: { issues: [{ path: 'after' }] },
    });
  });

  it('lists what matches every given field', async () => {
    await put(
      letter('a', { subscription: 'shop.mail', name: 'order.shipped', code: 'E_MAIL', failedAtMs: 10 }),
      letter('b', { subscription: 'shop.stock', name: 'order.shipped', failedAtMs: 20 }),
      letter('c', { subscription: 'shop.mail', name: 'order.paid', code: 'E_BANK', failedAtMs: 30 }),
    );
    expect(await idsOf({ messageId: 'message-b' })).toEqual(['b']);
    expect(await idsOf({ name: 'order.shipped' })).toEqual(['a', 'b']);
    expect(await idsOf({ subscription: 'shop.mail' })).toEqual(['a', 'c']);
    expect(await idsOf({ errorCode: 'E_BANK' })).toEqual(['c']);
    expect(await idsOf({ since: new Date(20) })).toEqual(['b', 'c']);
    expect(await idsOf({ until: new Date(20) })).toEqual(['a']);
    expect(await idsOf({ subscription: 'shop.mail', since: new Date(20) })).toEqual(['c']);
    expect(await idsOf({ subscription: 'shop.stock', errorCode: 'E_MAIL' })).toEqual([]);
  });

  it('says of a removal whether there was a letter', async () => {
    await put(letter('a'));
    expect([await store.remove('a'), await store.remove('a')]).toEqual([true, false]);
    expect(await store.get('a')).toBeUndefined();
    expect(await idsOf()).toEqual([]);
  });

  it('forgets a letter after its time to live', async () => {
    await put(letter('a'));
    await clock.advance(TTL_MS - 1);
    expect(await idsOf()).toEqual(['a']);
    await clock.advance(1);
    expect(await idsOf()).toEqual([]);
    expect(await store.get('a')).toBeUndefined();
    expect(await store.remove('a')).toBe(false);
  });

  it('keeps the letters that stay while many others come and go', async () => {
    await put(letter('first'), letter('second', { failedAtMs: 1 }));
    for (let i = 2; i < 500; i++) {
      await put(letter(`${i}`, { failedAtMs: i }));
      await store.remove(`${i}`);
    }
    expect(await idsOf()).toEqual(['first', 'second']);
  });

  it('stays in order over many letters that come and go', async () => {
    for (let i = 0; i < 1000; i++) {
      await put(letter(`${i}`, { failedAtMs: i % 7 === 0 ? i - 5 : i }));
      if (i >= 10) await store.remove(`${i - 10}`);
    }
    const times = (await store.list({}, { limit: 1000 })).items.map(({ failure }) =>
      failure.failedAt.getTime(),
    );
    expect(times).toHaveLength(10);
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });
});
