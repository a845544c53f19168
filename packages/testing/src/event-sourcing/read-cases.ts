import { event, events, refused, same, streamOf, textOf } from './event-store-case.js';
import type { EventStoreCase } from './event-store-case.js';

/** Cases of reading streams. */
export const readCases: readonly EventStoreCase[] = [
  {
    name: 'returns all stored fields of an event',
    run: async (trial) => {
      const store = await trial.open();
      const body = Uint8Array.from({ length: 256 }, (_, at) => at);
      const headers = { 'x-ä': '\u{1F600}', constructor: '1', empty: '' };
      const decision = { id: 'shop.place~1', size: 2, result: new Uint8Array([0, 255]) };
      const given = [
        event('bank.opened.v1', { body, serializer: 'msgpack', headers, decision }),
        event('bank.deposited.v1', { body: new Uint8Array(0) }),
      ];
      const appended = await store.append('bank.account/1', given, 0);
      const stored = await streamOf(store, 'bank.account/1');
      const [first, second] = stored;
      same(
        stored.map(({ stream, version, name, serializer, headers: kept }) => [
          stream,
          version,
          name,
          serializer,
          { ...kept },
        ]),
        [
          ['bank.account/1', 1, 'bank.opened.v1', 'msgpack', headers],
          ['bank.account/1', 2, 'bank.deposited.v1', 'json', {}],
        ],
      );
      same([...(first?.body ?? [])], [...body]);
      same(second?.body.byteLength, 0);
      same(
        [first?.decision?.id, first?.decision?.size, [...(first?.decision?.result ?? [])]],
        [decision.id, 2, [0, 255]],
      );
      same(second?.decision, undefined);
      same(first?.recordedAt instanceof Date && !Number.isNaN(first.recordedAt.getTime()), true);
      same(second?.checkpoint, appended.checkpoint);
    },
  },
  {
    name: 'reads from a version on, and nothing from an empty stream',
    run: async (trial) => {
      const store = await trial.open();
      await store.append('a/1', events(5), 0);
      await store.append('a/2', [event('other')], 0);
      same(await textOf(store, 'a/1', 4), ['4 e4', '5 e5']);
      same(await textOf(store, 'a/1', 6), []);
      same(await textOf(store, 'a/3'), []);
    },
  },
  {
    name: 'reads a long stream whole and in order',
    run: async (trial) => {
      const store = await trial.open();
      for (let round = 0; round < 3; round++) await store.append('a/1', events(1000), round * 1000);
      const versions = (await streamOf(store, 'a/1')).map(({ version }) => version);
      same(
        versions,
        Array.from({ length: 3000 }, (_, at) => at + 1),
      );
    },
  },
  {
    name: 'allows a reader to stop before the end of a stream',
    run: async (trial) => {
      const store = await trial.open();
      await store.append('a/1', events(1000), 0);
      for await (const { version } of store.read('a/1')) if (version === 2) break;
      same((await store.append('a/1', [event('next')], 1000)).version, 1001);
    },
  },
  {
    name: 'finds the first event of a decision, in its stream only',
    run: async (trial) => {
      const store = await trial.open();
      const decision = { id: 'place~1', size: 1 };
      await store.append('a/1', [event('e1'), event('e2', { decision })], 0);
      await store.append('a/2', [event('other')], 0);
      same((await store.findDecision('a/1', 'place~1'))?.version, 2);
      same(await store.findDecision('a/1', 'place~2'), undefined);
      same(await store.findDecision('a/2', 'place~1'), undefined);
    },
  },
  {
    name: 'keeps namespaces apart',
    run: async (trial) => {
      const [one, other] = [await trial.open('one'), await trial.open('other')];
      await one.append('a/1', events(2), 0);
      same(await textOf(other, 'a/1'), []);
      same((await other.append('a/1', [event('theirs')], 0)).version, 1);
      same(
        (await other.readAll(undefined, 10)).events.map(({ name }) => name),
        ['theirs'],
      );
      same(await textOf(await trial.open('one'), 'a/1'), ['1 e1', '2 e2']);
    },
  },
  {
    name: 'refuses invalid input',
    run: async (trial) => {
      const store = await trial.open();
      await refused(streamOf(store, ''), 'CATGA_VALIDATION_FAILED');
      for (const from of [0, -1, 1.5, Number.NaN])
        await refused(streamOf(store, 'a/1', from), 'CATGA_CONFIGURATION');
      for (const limit of [0, -1, 1.5, 10_001, Number.NaN])
        await refused(store.readAll(undefined, limit), 'CATGA_CONFIGURATION');
      for (const checkpoint of ['', 'x', '-1', '1; DROP', '9'.repeat(40)])
        await refused(store.readAll(checkpoint, 1), 'CATGA_CONFIGURATION');
    },
  },
];
