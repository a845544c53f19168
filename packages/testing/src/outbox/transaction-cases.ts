import assert from 'node:assert/strict';
import { OutboxTrial, sameContent, waiting } from './outbox-case.js';
import type { OutboxCase } from './outbox-case.js';
import type { OutboxHarness } from './outbox-harness.js';

/** Cases of transactional stores. */
export function transactionCases(harness: OutboxHarness): readonly OutboxCase[] {
  const on = (name: string, test: (trial: OutboxTrial) => Promise<void>): OutboxCase => ({
    name,
    run: () => OutboxTrial.run(harness, {}, test),
  });
  const committed = ({ committed: told }: OutboxTrial): string[] => told.map(({ id }) => id);

  return [
    on('joins the open transaction, and reports to its node after the commit, not before', async (trial) => {
      const store = await trial.openTransactional();
      assert.equal(store.isInTransaction, false);
      await trial.transaction(async () => {
        assert.equal(store.isInTransaction, true);
        await store.add([waiting('a'), waiting('b')]);
        await store.add([waiting('c')]);
        sameContent(committed(trial), []);
      });
      assert.equal(store.isInTransaction, false);
      sameContent(committed(trial), ['a', 'b', 'c']);
      sameContent(await trial.idsOf(store), ['a', 'b', 'c']);
      const ids = (await store.list('waiting', 10)).map(({ id }) => id);
      sameContent(
        trial.committed.map(({ entry }) => entry.id),
        ids,
      );
    }),

    on('drops what a failed transaction has added', async (trial) => {
      const store = await trial.openTransactional();
      const failing = trial.transaction(async () => {
        await store.add([waiting('a')]);
        throw new Error('no');
      });
      await assert.rejects(failing, /no/);
      sameContent(committed(trial), []);
      sameContent(await store.count(), { waiting: 0, parked: 0 });
    }),

    on('joins the transaction of a handle, called from anywhere', async (trial) => {
      const store = await trial.openTransactional();
      let add = async (): Promise<void> => {};
      let begun = (): void => {};
      const begin = new Promise<void>((resolve) => (begun = resolve));
      let end = (): void => {};
      const transaction = trial.transaction(async (handle) => {
        add = () => store.add([waiting('a')], handle);
        const ended = new Promise<void>((resolve) => (end = resolve));
        begun();
        await ended;
      });
      await begin;
      await add();
      sameContent(await store.count(), { waiting: 0, parked: 0 });
      end();
      await transaction;
      sameContent(committed(trial), ['a']);
      sameContent(await trial.idsOf(store), ['a']);
    }),

    on('refuses an invalid handle', async (trial) => {
      const store = await trial.openTransactional();
      await assert.rejects(store.add([waiting('a')], { no: 'transaction' }), { code: 'CATGA_CONFIGURATION' });
    }),

    on('stores immediately outside of transactions, and reports to its node', async (trial) => {
      const store = await trial.openTransactional();
      await store.add([waiting('a')]);
      sameContent(committed(trial), ['a']);
      sameContent(await trial.idsOf(store), ['a']);
    }),
  ];
}
