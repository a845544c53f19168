import { same } from './event-store-case.js';
import type { EventStoreCase } from './event-store-case.js';

const bytes = (key: Uint8Array | undefined): number[] => [...(key ?? [])];

/** Cases of encryption keys of persons, if the store has them. */
export const keyCases: readonly EventStoreCase[] = [
  {
    name: 'keeps one key for each person and namespace, until it is erased',
    run: async (trial) => {
      const [{ keys }, { keys: theirs }] = await Promise.all([trial.open(), trial.open('another')]);
      if (keys === undefined || theirs === undefined) return;
      same(bytes(await keys.find('p')), []);
      same(bytes(await keys.create('p', new Uint8Array([1, 0]))), [1, 0]);
      const again = await Promise.all([2, 3].map((key) => keys.create('p', new Uint8Array([key]))));
      same(again.map(bytes), [
        [1, 0],
        [1, 0],
      ]);
      await keys.create('q', new Uint8Array([7]));
      same([bytes(await keys.find('p')), bytes(await theirs.find('p'))], [[1, 0], []]);
      same([await theirs.erase('p'), await keys.erase('p'), await keys.erase('p')], [false, true, false]);
      same([bytes(await keys.find('p')), bytes(await keys.find('q'))], [[], [7]]);
      same(bytes(await keys.create('p', new Uint8Array([9]))), [9]);
    },
  },
];
