import type { DeadLetterFilter } from '@catga/core';
import type { DeadLetterKey, DeadLetterStore, StoredDeadLetter } from '@catga/core/engine';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';
import { storedMessage } from '../stored-message.js';

const PUT_AT_A_TIME = 500;

/** Dead-letter store port. */
export function deadLetterStore(lab: Lab): void {
  const ttlMs = 60_000;
  const letter = (id: string, failedAtMs: number, attempts = 1): StoredDeadLetter => ({
    id,
    subscription: 'shop.A',
    stored: storedMessage({ messageId: id, body: new Uint8Array([0, 255]), history: [] }),
    failure: {
      error: { name: 'Error', message: 'm' },
      attempts,
      nodeId: 'n',
      failedAt: new Date(failedAtMs),
    },
  });

  describe('the dead-letter store', () => {
    let store: DeadLetterStore;
    const idsOf = ({ items }: { readonly items: readonly DeadLetterKey[] }) => items.map(({ id }) => id);
    const ids = async (page = { limit: 100 }): Promise<string[]> => idsOf(await store.list({}, page));

    beforeEach(async () => {
      store = (await lab.connect()).deadLetters;
    });

    it('gives back what it was given', async () => {
      await store.put(letter('a', 1000), ttlMs);
      const other = (await lab.connect({ nodeId: 'other' })).deadLetters;
      const kept = await other.get('a');
      expect(kept).toMatchObject({
        ...letter('a', 1000),
        stored: expect.objectContaining({ messageId: 'a' }) as unknown,
      });
      expect([...kept!.stored.body]).toEqual([0, 255]);
    });

    it('keeps one letter of an id, the latest', async () => {
      await store.put(letter('a', 1000, 1), ttlMs);
      await store.put(letter('a', 2000, 2), ttlMs);
      await expect(ids()).resolves.toEqual(['a']);
      await expect(store.get('a')).resolves.toMatchObject({ failure: { attempts: 2 } });
    });

    it('lists by the time of giving up, oldest first', async () => {
      for (const [id, at] of [
        ['c', 3000],
        ['a', 1000],
        ['b', 2000],
      ] as const)
        await store.put(letter(id, at), ttlMs);
      await expect(ids()).resolves.toEqual(['a', 'b', 'c']);
    });

    it('continues a list where it was, while letters come and go', async () => {
      for (const [id, at] of [
        ['a', 1000],
        ['b', 2000],
        ['c', 3000],
        ['d', 3000],
      ] as const) {
        await store.put(letter(id, at), ttlMs);
      }
      const first = await store.list({}, { limit: 2 });
      expect(first.items.map(({ id }) => id)).toEqual(['a', 'b']);
      await store.remove('b');
      await store.put(letter('before', 500), ttlMs);
      await store.put(letter('e', 4000), ttlMs);
      const second = await store.list({}, { limit: 100, after: first.next });
      expect(second.items.map(({ id }) => id)).toEqual(['c', 'd', 'e']);
      expect(second.next).toBeUndefined();
    });

    it('finds the keys of the same letters', async () => {
      for (const id of ['a', 'b', 'c', 'd']) await store.put(letter(id, 1000 + id.charCodeAt(0)), ttlMs);
      const other = { ...letter('other', 2000), subscription: 'shop.B' };
      await store.put(
        { ...other, failure: { ...other.failure, error: { name: 'E', message: 'm', code: 7 } } },
        ttlMs,
      );
      const { items, next } = await store.keys({}, { limit: 100 });
      expect([items.at(0), items.at(-1)]).toEqual([
        { id: 'a', subscription: 'shop.A' },
        { id: 'other', subscription: 'shop.B' },
      ]);
      expect([items.length, next]).toEqual([5, undefined]);
      const matching = async (filter: DeadLetterFilter) => idsOf(await store.keys(filter, { limit: 100 }));
      await expect(matching({ subscription: 'shop.B' })).resolves.toEqual(['other']);
      await expect(matching({ errorCode: '7' })).resolves.toEqual(['other']);
      await expect(matching({ messageId: 'b' })).resolves.toEqual(['b']);
      await expect(matching({ name: 'nobody.v1' })).resolves.toEqual([]);
      const since = new Date(1000 + 'c'.charCodeAt(0));
      await expect(matching({ since, until: new Date(2000) })).resolves.toEqual(['c', 'd']);
    });

    it('continues with keys where it was, while letters come and go', async () => {
      for (const id of ['a', 'b', 'c', 'd']) await store.put(letter(id, 1000 + id.charCodeAt(0)), ttlMs);
      const first = await store.keys({}, { limit: 2 });
      expect(idsOf(first)).toEqual(['a', 'b']);
      await store.remove('b');
      await store.put(letter('e', 4000), ttlMs);
      const second = await store.keys({}, { limit: 2, after: first.next });
      const third = await store.keys({}, { limit: 2, after: second.next });
      expect([...idsOf(second), ...idsOf(third)]).toEqual(['c', 'd', 'e']);
      expect(third.next).toBeUndefined();
    });

    it('finds ten thousand keys in pages, each once', async () => {
      const wanted = Array.from({ length: 10_000 }, (_, at) => `m${at}`);
      for (let at = 0; at < wanted.length; at += PUT_AT_A_TIME) {
        const some = wanted.slice(at, at + PUT_AT_A_TIME);
        await Promise.all(some.map((id, index) => store.put(letter(id, 1000 + at + index), ttlMs)));
      }
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.keys({ subscription: 'shop.A' }, { limit: 1000, after });
        expect(page.items.length).toBeLessThanOrEqual(1000);
        found.push(...idsOf(page));
        after = page.next;
      } while (after !== undefined);
      expect(found.toSorted()).toEqual(wanted.toSorted());
    });

    it('removes a letter once', async () => {
      await store.put(letter('a', 1000), ttlMs);
      await expect(store.remove('a')).resolves.toBe(true);
      await expect(store.remove('a')).resolves.toBe(false);
      await expect(store.get('a')).resolves.toBeUndefined();
    });

    it('forgets a letter after its time to live, and no sooner', async () => {
      await store.put(letter('a', 1000), 20 * lab.unitMs);
      await lab.pass(2);
      await expect(ids()).resolves.toEqual(['a']);
      await lab.pass(20);
      await expect(ids()).resolves.toEqual([]);
      await expect(store.get('a')).resolves.toBeUndefined();
    });
  });
}
