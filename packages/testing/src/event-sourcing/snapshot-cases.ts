import type { Snapshot, SnapshotStore } from '@catga/event-sourcing';
import { events, same } from './event-store-case.js';
import type { EventStoreCase } from './event-store-case.js';

const at = (version: number): Snapshot => ({
  version,
  state: new Uint8Array([0, version, 255]),
  serializer: 'json',
});

async function versionIn(
  snapshots: SnapshotStore,
  stream: string,
  stateVersion: number,
): Promise<number | undefined> {
  const found = await snapshots.load(stream, stateVersion);
  same(found === undefined ? undefined : [...found.state], found && [0, found.version, 255]);
  return found?.version;
}

/** Cases of snapshots, if the store has them. */
export const snapshotCases: readonly EventStoreCase[] = [
  {
    name: 'keeps the latest snapshot of each stream and version of its state',
    run: async (trial) => {
      const { snapshots } = await trial.open();
      if (snapshots === undefined) return;
      same(await versionIn(snapshots, 'a/1', 1), undefined);
      await snapshots.save('a/1', 1, at(3));
      await snapshots.save('a/1', 1, at(2));
      same(await versionIn(snapshots, 'a/1', 1), 3);
      await snapshots.save('a/1', 1, at(5));
      await snapshots.save('a/1', 2, at(4));
      await snapshots.save('a/2', 1, at(1));
      same(
        [
          await versionIn(snapshots, 'a/1', 1),
          await versionIn(snapshots, 'a/1', 2),
          await versionIn(snapshots, 'a/2', 1),
        ],
        [5, 4, 1],
      );
      const { snapshots: theirs } = await trial.open('theirs');
      same(await theirs?.load('a/1', 1), undefined);
    },
  },
  {
    name: 'saves no snapshot in a transaction, which may be rolled back',
    run: async (trial) => {
      const store = await trial.open();
      const { snapshots } = store;
      if (snapshots === undefined || store.inTransaction === undefined) return;
      await store.inTransaction(async () => {
        await store.append('a/1', events(1), 0);
        await snapshots.save('a/1', 1, at(1));
      });
      same(await snapshots.load('a/1', 1), undefined);
    },
  },
];
