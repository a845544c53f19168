import type { PagedRecordStore } from '@catga/core/engine';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LaneLab } from './lane-lab.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | undefined): string | undefined =>
  value && new TextDecoder().decode(value);

/** Record store with compare-and-set. */
export function recordStore(lab: LaneLab): void {
  describe('a record store', () => {
    let records: PagedRecordStore;
    beforeEach(async () => void ({ records } = await lab.connect()));

    const write = async (key: string, text: string, expected: number): Promise<number> => {
      const version = await records.write(key, bytes(text), expected);
      if (version === undefined) throw new Error(`${key} was not written.`);
      return version;
    };

    it('finds what was written, wherever it is looked for', async () => {
      const version = await write('a/b', 'one', 0);
      expect(version).toBeGreaterThan(0);
      const { records: other } = await lab.connect();
      const found = await other.read('a/b');
      expect([found?.key, textOf(found?.value), found?.version]).toEqual(['a/b', 'one', version]);
      await expect(records.read('a/c')).resolves.toBeUndefined();
    });

    it('writes only in place of the version that is expected', async () => {
      const first = await write('a', 'one', 0);
      await expect(records.write('a', bytes('two'), 0)).resolves.toBeUndefined();
      await expect(records.write('b', bytes('two'), first)).resolves.toBeUndefined();
      const second = await write('a', 'two', first);
      expect(second).not.toBe(first);
      await expect(records.write('a', bytes('three'), first)).resolves.toBeUndefined();
      expect(textOf((await records.read('a'))?.value)).toBe('two');
    });

    it('lets one of many that expect the same version write', async () => {
      const version = await write('a', '0', 0);
      const stores = await Promise.all([1, 2, 3].map(() => lab.connect()));
      const written = await Promise.all(
        stores.flatMap(({ records: store }, i) => [
          store.write('a', bytes(`${i}`), version),
          store.write('a', bytes(`${i}`), version),
        ]),
      );
      expect(written.filter((one) => one !== undefined)).toHaveLength(1);
    });

    it('removes the version that is expected, and no version comes back', async () => {
      const first = await write('a', 'one', 0);
      const second = await write('a', 'two', first);
      await expect(records.remove('a', first)).resolves.toBe(false);
      await expect(records.remove('a', second)).resolves.toBe(true);
      await expect(records.remove('a', second)).resolves.toBe(false);
      await expect(records.read('a')).resolves.toBeUndefined();
      await expect(records.write('a', bytes('x'), second)).resolves.toBeUndefined();
      const third = await write('a', 'three', 0);
      expect([first, second]).not.toContain(third);
    });

    it('lists what begins with whole parts', async () => {
      for (const key of ['p/1/a', 'p/1/b', 'p/10/a', 'q/1']) await write(key, key, 0);
      const gone = await write('p/1/gone', '', 0);
      await records.remove('p/1/gone', gone);
      const listed = await records.list('p/1/');
      expect(listed.map(({ key }) => key).toSorted()).toEqual(['p/1/a', 'p/1/b']);
      expect(listed.every(({ key, value }) => textOf(value) === key)).toBe(true);
      await expect(records.list('nothing/')).resolves.toEqual([]);
    });

    it('lists each record once, whatever is written meanwhile', async () => {
      const { records: writer } = await lab.connect();
      const keys = Array.from({ length: 5 }, (_, index) => `p/${index}`);
      const versions = new Map<string, number>();
      for (const key of keys) versions.set(key, await write(key, key, 0));
      const writers = { areDone: false };
      const writing = Promise.all(
        keys.map(async (key) => {
          while (!writers.areDone) {
            const version = await writer.write(key, bytes(key), versions.get(key) ?? 0);
            if (version === undefined) throw new Error(`${key} was not written.`);
            versions.set(key, version);
          }
        }),
      );
      const lists: string[][] = [];
      for (let round = 0; round < 50; round++)
        lists.push((await records.list('p/')).map(({ key }) => key).toSorted());
      writers.areDone = true;
      await writing;
      expect(lists).toEqual(lists.map(() => keys));
    });

    it('pages through what begins with whole parts: a bounded number at a time, and each that stays', async () => {
      const keys = Array.from({ length: 60 }, (_, index) => `p/1/${index}`);
      for (const key of keys) await write(key, key, 0);
      for (const key of ['p/10/a', 'q/1', 'p/*/a']) await write(key, key, 0);
      const seen: string[] = [];
      let pages = 0;
      let after: string | undefined;
      do {
        const page = await records.page('p/1/', 7, after);
        expect(page.records.length).toBeLessThanOrEqual(20);
        for (const { key, value, version } of page.records) {
          expect([textOf(value), version > 0]).toEqual([key, true]);
          seen.push(key);
        }
        pages += 1;
        after = page.next;
        // One is written anew, one is removed, and one is added meanwhile.
        if (pages === 2) {
          await records.write('p/1/59', bytes('p/1/59'), (await records.read('p/1/59'))?.version ?? 0);
          await records.remove('p/1/58', (await records.read('p/1/58'))?.version ?? 0);
          await write('p/1/new', 'p/1/new', 0);
        }
      } while (after !== undefined);
      expect(keys.slice(0, 58).filter((key) => !seen.includes(key))).toEqual([]);
      expect(seen.filter((key) => !key.startsWith('p/1/'))).toEqual([]);
      expect(pages).toBeGreaterThan(3);
      await expect(records.page('nothing/', 7)).resolves.toMatchObject({ records: [] });
      for (const none of ['', 'no such', '-1', '0:no'])
        await expect(records.page('p/1/', 7, none)).rejects.toMatchObject({
          code: 'CATGA_VALIDATION_FAILED',
        });
    });

    it('takes keys of any characters, and tells them apart', async () => {
      const keys = [
        'k/a.b',
        'k/a b',
        'k/*',
        'k/>',
        'k/ü',
        'k/Ü',
        'k/=',
        'k/a_b',
        'k/{x}',
        `k/${'x'.repeat(256)}`,
      ];
      for (const key of keys) await write(key, key, 0);
      const listed = await records.list('k/');
      expect(listed.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
      for (const key of keys) expect(textOf((await records.read(key))?.value)).toBe(key);
    });

    it('holds any bytes, up to its limit', async () => {
      expect(records.maxValueBytes).toBeGreaterThanOrEqual(65_536);
      const value = Uint8Array.from({ length: 65_536 }, (_, i) => i % 256);
      await records.write('large', value, 0);
      await records.write('empty', new Uint8Array(), 0);
      expect(Buffer.from((await records.read('large'))!.value).equals(value)).toBe(true);
      expect((await records.read('empty'))!.value).toHaveLength(0);
    });
  });
}
