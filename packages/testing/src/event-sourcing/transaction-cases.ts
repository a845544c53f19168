import type { EventStore } from '@catga/event-sourcing';
import { allAfter, event, events, placesOf, refused, same, textOf } from './event-store-case.js';
import type { EventStoreCase } from './event-store-case.js';

type Transactional = EventStore & Required<Pick<EventStore, 'inTransaction'>>;

function transactional(name: string, run: (store: Transactional) => Promise<void>): EventStoreCase {
  return {
    name,
    run: async (trial) => {
      const store = await trial.open();
      // Passes for a store without transactions.
      if (store.inTransaction !== undefined) await run(store as Transactional);
    },
  };
}

/** Cases of appends in transactions. */
export const transactionCases: readonly EventStoreCase[] = [
  transactional('stores appends of a transaction at its commit, and runs tasks after it', async (store) => {
    const told: string[] = [];
    const version = await store.inTransaction(async (afterCommit) => {
      await store.append('a/1', events(2), 0);
      const appended = await store.append('a/1', [event('e3')], 2);
      await store.append('a/2', [event('other')], 0);
      afterCommit(() => told.push('committed'));
      same(told, []);
      same(await textOf(store, 'a/1', 3), ['3 e3']);
      return appended.version;
    });
    same([version, told], [3, ['committed']]);
    same(placesOf((await allAfter(store, undefined, 10)).events), ['a/1@1', 'a/1@2', 'a/1@3', 'a/2@1']);
  }),
  transactional('stores nothing of a rolled back transaction', async (store) => {
    const told: string[] = [];
    await store.append('a/1', [event('e1')], 0);
    const before = await allAfter(store, undefined, 10);
    const failing = store.inTransaction(async (afterCommit) => {
      await store.append('a/1', events(2, 'lost'), 1);
      await store.append('a/2', events(2, 'lost'), 0);
      afterCommit(() => told.push('committed'));
      throw new TypeError('rolled back');
    });
    await failing.then(
      () => same('committed', 'rolled back'),
      (thrown: Error) => same(thrown.message, 'rolled back'),
    );
    same(told, []);
    same(await textOf(store, 'a/1'), ['1 e1']);
    await store.append('a/1', [event('e2')], 1);
    same(placesOf((await allAfter(store, before.next, 10)).events), ['a/1@2']);
  }),
  transactional('continues a transaction after a conflicting append', async (store) => {
    await store.append('a/1', [event('e1')], 0);
    await store.inTransaction(async () => {
      await store.append('a/2', [event('kept')], 0);
      await refused(store.append('a/1', events(2, 'lost'), 0), 'CATGA_CONFLICT');
      await store.append('a/1', [event('e2')], 1);
    });
    same(await textOf(store, 'a/1'), ['1 e1', '2 e2']);
    same(await textOf(store, 'a/2'), ['1 kept']);
  }),
  transactional(
    'joins the open transaction, and runs tasks after the outermost commit only',
    async (store) => {
      const told: string[] = [];
      await store.inTransaction(async (afterOuter) => {
        await store.append('a/1', [event('e1')], 0);
        const inner = store.inTransaction(async (afterInner) => {
          await store.append('a/1', [event('lost')], 1);
          afterInner(() => told.push('lost'));
          throw new TypeError('rolled back');
        });
        await inner.then(
          () => same('committed', 'rolled back'),
          () => {},
        );
        await store.inTransaction(async (afterInner) => {
          await store.append('a/1', [event('e2')], 1);
          afterInner(() => told.push('inner'));
        });
        same(told, []);
        afterOuter(() => told.push('outer'));
      });
      same(told, ['inner', 'outer']);
      same(await textOf(store, 'a/1'), ['1 e1', '2 e2']);
    },
  ),
];
