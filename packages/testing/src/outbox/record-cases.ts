import assert from 'node:assert/strict';
import type { PagedRecordStore } from '@catga/core/outbox';
import { OutboxTrial, sameContent } from './outbox-case.js';
import type { OutboxCase } from './outbox-case.js';
import type { OutboxHarness } from './outbox-harness.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Cases of stores with records. */
export function recordCases(harness: OutboxHarness): readonly OutboxCase[] {
  const on = (
    name: string,
    test: (trial: OutboxTrial, records: PagedRecordStore) => Promise<void>,
  ): OutboxCase => ({
    name,
    run: () =>
      OutboxTrial.run(harness, {}, async (trial) => {
        const { records } = await trial.openTransactional();
        if (records === undefined) throw new TypeError('A store with `keepsRecords` needs `records`.');
        await test(trial, records);
      }),
  });
  const textOf = async (records: PagedRecordStore, key: string): Promise<string | undefined> => {
    const found = await records.read(key);
    return found && new TextDecoder().decode(found.value);
  };

  return [
    on('replaces the expected version of a record', async (_, records) => {
      const first = await records.write('a/1', bytes('one'), 0);
      assert(first !== undefined && first > 0);
      assert.equal(await records.write('a/1', bytes('two'), 0), undefined);
      const second = await records.write('a/1', bytes('two'), first);
      assert(second !== undefined && second !== first);
      assert.equal(await records.write('a/1', bytes('three'), first), undefined);
      assert.equal(await textOf(records, 'a/1'), 'two');
      assert.equal(await records.remove('a/1', first), false);
      assert.equal(await records.remove('a/1', second), true);
      assert.equal(await textOf(records, 'a/1'), undefined);
      assert.notEqual(await records.write('a/1', bytes('four'), 0), second);
    }),

    on('pages through records of any keys', async (_, records) => {
      const keys = ['k/a b', 'k/ü', 'k/\0', 'k/\\0', "k/'", 'k/~', 'k/Z', `k/${'x'.repeat(256)}`].toSorted();
      for (const key of [...keys, 'kk/1', 'k0', 'j/1']) await records.write(key, bytes(key), 0);
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await records.page('k/', 3, after);
        assert(page.records.length <= 3);
        for (const { key, value } of page.records) {
          assert.equal(new TextDecoder().decode(value), key);
          found.push(key);
        }
        after = page.next;
      } while (after !== undefined);
      sameContent(found.toSorted(), keys);
      sameContent((await records.list('k/')).map(({ key }) => key).toSorted(), keys);
    }),

    on('commits a record with the rest of a transaction, and rolls it back', async (trial, records) => {
      const failing = trial.transaction(async () => {
        await records.write('a', bytes('one'), 0);
        assert.equal(await textOf(records, 'a'), 'one');
        throw new Error('no');
      });
      await assert.rejects(failing, /no/);
      assert.equal(await textOf(records, 'a'), undefined);
      await trial.transaction(() => records.write('a', bytes('two'), 0));
      assert.equal(await textOf(records, 'a'), 'two');
    }),

    on('lets one of two transactions write a record, while the other waits', async (trial, records) => {
      const version = (await records.write('a', bytes('0'), 0)) ?? 0;
      let isWritten = (): void => {};
      const written = new Promise<void>((resolve) => (isWritten = resolve));
      const first = trial.transaction(async () => {
        const mine = await records.write('a', bytes('first'), version);
        isWritten();
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => void setImmediate(resolve));
        return mine;
      });
      await written;
      const second = trial.transaction(() => records.write('a', bytes('second'), version));
      const [mine, other] = await Promise.all([first, second]);
      assert(mine !== undefined);
      assert.equal(other, undefined);
      assert.equal(await textOf(records, 'a'), 'first');
    }),
  ];
}
