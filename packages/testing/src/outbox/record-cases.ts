import assert from 'node:assert/strict';
import type { PagedRecordStore, TransactionalOutboxStore } from '@catga/core/outbox';
import { OutboxTrial } from './outbox-case.js';
import type { OutboxCase } from './outbox-case.js';
import type { OutboxHarness } from './outbox-harness.js';
import { recordStoreCases } from './record-store-cases.js';

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
        await test(trial, recordsOf(await trial.openTransactional()));
      }),
  });
  const textOf = async (records: PagedRecordStore, key: string): Promise<string | undefined> => {
    const found = await records.read(key);
    return found && new TextDecoder().decode(found.value);
  };

  return [
    ...recordStoreCases({
      open: async () => {
        const trial = await OutboxTrial.begin(harness);
        return { connect: async () => recordsOf(await trial.openTransactional()), stop: () => trial.end() };
      },
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

function recordsOf({ records }: TransactionalOutboxStore): PagedRecordStore {
  if (records === undefined) throw new TypeError('A store with `keepsRecords` needs `records`.');
  return records;
}
