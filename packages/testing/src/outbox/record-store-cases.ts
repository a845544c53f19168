import assert from 'node:assert/strict';
import type { PagedRecordStore } from '@catga/core/outbox';
import { sameContent } from './outbox-case.js';
import type { OutboxCase } from './outbox-case.js';

/** The empty record store of one case. */
export interface RecordStoreUnderTest {
  /** Connects to the store: each call is that of another node, if nodes can have one each. */
  connect(): Promise<PagedRecordStore>;
  /** Releases its resources. */
  stop?(): Promise<void>;
}

/** Harness of a record store for the suite. */
export interface RecordStoreHarness {
  open(): Promise<RecordStoreUnderTest>;
}

type Connect = RecordStoreUnderTest['connect'];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | undefined): string | undefined =>
  value && new TextDecoder().decode(value);
const keysOf = (records: readonly { readonly key: string }[]): string[] =>
  records.map(({ key }) => key).toSorted();

async function written(
  records: PagedRecordStore,
  key: string,
  text: string,
  expected: number,
): Promise<number> {
  const version = await records.write(key, bytes(text), expected);
  if (version === undefined) throw new Error(`${key} was not written.`);
  return version;
}

const cases: Readonly<Record<string, (records: PagedRecordStore, connect: Connect) => Promise<void>>> = {
  async 'finds what was written, wherever it is looked for'(records, connect) {
    const version = await written(records, 'a/b', 'one', 0);
    assert(version > 0);
    const other = await connect();
    const found = await other.read('a/b');
    sameContent([found?.key, textOf(found?.value), found?.version], ['a/b', 'one', version]);
    assert.equal(await records.read('a/c'), undefined);
  },

  async 'writes only in place of the version that is expected'(records) {
    const first = await written(records, 'a', 'one', 0);
    assert.equal(await records.write('a', bytes('two'), 0), undefined);
    assert.equal(await records.write('b', bytes('two'), first), undefined);
    const second = await written(records, 'a', 'two', first);
    assert.notEqual(second, first);
    assert.equal(await records.write('a', bytes('three'), first), undefined);
    assert.equal(textOf((await records.read('a'))?.value), 'two');
  },

  async 'lets one of many that expect the same version write'(records, connect) {
    const version = await written(records, 'a', '0', 0);
    const stores = await Promise.all([connect(), connect(), connect()]);
    const versions = await Promise.all(
      stores.flatMap((store, index) => [
        store.write('a', bytes(`${index}`), version),
        store.write('a', bytes(`${index}`), version),
      ]),
    );
    assert.equal(versions.filter((one) => one !== undefined).length, 1);
  },

  async 'removes the version that is expected, and no version comes back'(records) {
    const first = await written(records, 'a', 'one', 0);
    const second = await written(records, 'a', 'two', first);
    assert.equal(await records.remove('a', first), false);
    assert.equal(await records.remove('a', second), true);
    assert.equal(await records.remove('a', second), false);
    assert.equal(await records.read('a'), undefined);
    assert.equal(await records.write('a', bytes('x'), second), undefined);
    const third = await written(records, 'a', 'three', 0);
    assert(third !== first && third !== second);
  },

  async 'lists what begins with whole parts'(records) {
    for (const key of ['p/1/a', 'p/1/b', 'p/10/a', 'q/1']) await written(records, key, key, 0);
    await records.remove('p/1/gone', await written(records, 'p/1/gone', '', 0));
    const listed = await records.list('p/1/');
    sameContent(keysOf(listed), ['p/1/a', 'p/1/b']);
    assert(listed.every(({ key, value }) => textOf(value) === key));
    assert.equal((await records.list('nothing/')).length, 0);
  },

  async 'lists each record once, whatever is written meanwhile'(records, connect) {
    const writer = await connect();
    const keys = Array.from({ length: 5 }, (_, index) => `p/${index}`);
    const versions = new Map<string, number>();
    for (const key of keys) versions.set(key, await written(records, key, key, 0));
    const writers = { areDone: false };
    const writing = Promise.all(
      keys.map(async (key) => {
        while (!writers.areDone) versions.set(key, await written(writer, key, key, versions.get(key) ?? 0));
      }),
    );
    const lists: string[][] = [];
    for (let round = 0; round < 50; round++) lists.push(keysOf(await records.list('p/')));
    writers.areDone = true;
    await writing;
    for (const list of lists) sameContent(list, keys);
  },

  async 'pages through what begins with whole parts: a bounded number at a time, and each that stays'(
    records,
  ) {
    const keys = Array.from({ length: 60 }, (_, index) => `p/1/${index}`);
    for (const key of [...keys, 'p/10/a', 'q/1', 'p/*/a']) await written(records, key, key, 0);
    const seen: string[] = [];
    let pages = 0;
    let after: string | undefined;
    do {
      const page = await records.page('p/1/', 7, after);
      assert(page.records.length <= 20);
      for (const { key, value, version } of page.records) {
        sameContent([textOf(value), version > 0], [key, true]);
        seen.push(key);
      }
      pages += 1;
      after = page.next;
      // One is written anew, one is removed, and one is added meanwhile.
      if (pages === 2) {
        await records.write('p/1/59', bytes('p/1/59'), (await records.read('p/1/59'))?.version ?? 0);
        await records.remove('p/1/58', (await records.read('p/1/58'))?.version ?? 0);
        await written(records, 'p/1/new', 'p/1/new', 0);
      }
    } while (after !== undefined);
    sameContent(
      keys.slice(0, 58).filter((key) => !seen.includes(key)),
      [],
    );
    sameContent(
      seen.filter((key) => !key.startsWith('p/1/')),
      [],
    );
    assert(pages > 3);
    assert.equal((await records.page('nothing/', 7)).records.length, 0);
  },

  async 'takes keys of any characters, and tells them apart'(records) {
    const odd = ['a.b', 'a b', '*', '>', 'ü', 'Ü', '=', 'a_b', '{x}', "'", '~', 'Z', '\0', '\\0', '%'];
    const keys = [...odd, 'x'.repeat(256)].map((part) => `k/${part}`).toSorted();
    for (const key of [...keys, 'kk/1', 'k0', 'j/1']) await written(records, key, key, 0);
    sameContent(keysOf(await records.list('k/')), keys);
    for (const key of keys) assert.equal(textOf((await records.read(key))?.value), key);
  },

  async 'holds any bytes, up to its limit'(records) {
    assert(records.maxValueBytes >= 65_536);
    const value = Uint8Array.from({ length: 65_536 }, (_, index) => index % 256);
    await records.write('large', value, 0);
    await records.write('empty', new Uint8Array(), 0);
    assert(Buffer.from((await records.read('large'))?.value ?? []).equals(value));
    assert.equal((await records.read('empty'))?.value.length, 0);
  },
};

/** Cases of record stores, of engines as of outboxes: what sagas keep their state in. */
export function recordStoreCases(harness: RecordStoreHarness): readonly OutboxCase[] {
  return Object.entries(cases).map(([name, test]) => ({
    name: `a record store ${name}`,
    run: async () => {
      const store = await harness.open();
      try {
        await test(await store.connect(), () => store.connect());
      } finally {
        await store.stop?.();
      }
    },
  }));
}
