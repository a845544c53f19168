import { CatgaError } from '@catga/core';
import type { EventStore } from '@catga/event-sourcing';
import { allAfter, event, events, refused, same, streamOf, textOf } from './event-store-case.js';
import type { EventStoreCase } from './event-store-case.js';

/** Appends, retrying after conflicts. */
async function appendNext(store: EventStore, stream: string, name: string): Promise<number> {
  for (;;) {
    const version = (await streamOf(store, stream)).length;
    try {
      return (await store.append(stream, [event(name)], version)).version;
    } catch (thrown) {
      if (!(thrown instanceof CatgaError && thrown.code === 'CATGA_CONFLICT')) throw thrown;
    }
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

/** Cases of appends and their expected versions. */
export const appendCases: readonly EventStoreCase[] = [
  {
    name: 'assigns consecutive versions, from 1',
    run: async (trial) => {
      const store = await trial.open();
      same((await store.append('a/1', events(2), 0)).version, 2);
      same((await store.append('a/1', [event('e3')], 2)).version, 3);
      same(await textOf(store, 'a/1'), ['1 e1', '2 e2', '3 e3']);
    },
  },
  {
    name: 'refuses an append that expects another version, and stores none of it',
    run: async (trial) => {
      const store = await trial.open();
      await refused(store.append('a/1', events(2), 1), 'CATGA_CONFLICT');
      await store.append('a/1', events(3), 0);
      for (const expected of [0, 1, 2, 4, 100])
        await refused(store.append('a/1', events(4, 'late'), expected), 'CATGA_CONFLICT');
      same(await textOf(store, 'a/1'), ['1 e1', '2 e2', '3 e3']);
      same((await allAfter(store, undefined, 100)).events.length, 3);
      same((await store.append('a/1', [event('next')], 3)).version, 4);
    },
  },
  {
    name: "appends to any version with 'any'",
    run: async (trial) => {
      const store = await trial.open();
      same((await store.append('a/1', [event('e1')], 'any')).version, 1);
      same((await store.append('a/1', [event('e2')], 'any')).version, 2);
    },
  },
  {
    name: 'lets one of many appends that expect the same version succeed',
    run: async (trial) => {
      const store = await trial.open();
      const results = await Promise.allSettled(
        upTo(trial.sideBySide).map((at) => store.append('a/1', events(2, `w${at}-`), 0)),
      );
      same(results.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const result of results)
        if (result.status === 'rejected') same((result.reason as CatgaError).code, 'CATGA_CONFLICT');
      const [first, second] = await streamOf(store, 'a/1');
      same(second?.name, first?.name.replace(/1$/, '2'));
    },
  },
  {
    name: 'assigns different versions to concurrent appends to one stream, without gaps',
    run: async (trial) => {
      const store = await trial.open();
      const appended = await Promise.all(
        upTo(trial.sideBySide).map((at) => store.append('a/1', [event(`w${at}`)], 'any')),
      );
      same(
        appended.map(({ version }) => version).toSorted((one, other) => one - other),
        upTo(trial.sideBySide),
      );
      same(
        (await streamOf(store, 'a/1')).map(({ version }) => version),
        upTo(trial.sideBySide),
      );
    },
  },
  {
    name: 'lets conflicting writers retry until each has appended once',
    run: async (trial) => {
      const store = await trial.open();
      const names = upTo(12).map((at) => `w${at}`);
      await Promise.all(names.map((name) => appendNext(store, 'a/1', name)));
      const stored = await streamOf(store, 'a/1');
      same(stored.map(({ name }) => name).toSorted(), names.toSorted());
    },
  },
  {
    name: 'accepts many streams concurrently',
    run: async (trial) => {
      const store = await trial.open();
      const streams = upTo(trial.sideBySide).map((at) => `a/${at}`);
      await Promise.all(streams.map((stream) => store.append(stream, [event('e1')], 0)));
      const { events: all } = await allAfter(store, undefined, 300);
      same(all.map(({ stream }) => stream).toSorted(), streams.toSorted());
    },
  },
  {
    name: 'refuses invalid input, and stores none of it',
    run: async (trial) => {
      const store = await trial.open();
      for (const stream of ['', 'a\0b', 'x'.repeat(401), '\ud800'])
        await refused(store.append(stream, events(1), 0), 'CATGA_VALIDATION_FAILED');
      for (const expected of [-1, 1.5, Number.NaN, Number.MAX_VALUE])
        await refused(store.append('a/1', events(1), expected), 'CATGA_CONFIGURATION');
      await refused(store.append('a/1', [], 0), 'CATGA_CONFIGURATION');
      await refused(store.append('a/1', events(1001), 0), 'CATGA_CONFIGURATION');
      same((await allAfter(store, undefined, 10)).events, []);
    },
  },
  {
    name: 'accepts all valid names, and distinguishes them',
    run: async (trial) => {
      const store = await trial.open();
      const streams = [
        'x'.repeat(400),
        '\u{1F600}'.repeat(200),
        "a'; DROP",
        'a\\0',
        'a/',
        'A/',
        '%',
        'constructor',
      ];
      for (const stream of streams) await store.append(stream, [event('e1')], 0);
      const { events: all } = await allAfter(store, undefined, 100);
      same(all.map(({ stream }) => stream).toSorted(), streams.toSorted());
    },
  },
  {
    name: 'accepts the maximum number of events at once',
    run: async (trial) => {
      const store = await trial.open();
      same((await store.append('a/1', events(1000), 0)).version, 1000);
      same(
        (await streamOf(store, 'a/1', 999)).map(({ name }) => name),
        ['e999', 'e1000'],
      );
    },
  },
];
