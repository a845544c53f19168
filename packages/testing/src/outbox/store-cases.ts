import assert from 'node:assert/strict';
import { failure, OutboxTrial, sameContent, waiting } from './outbox-case.js';
import type { OutboxCase } from './outbox-case.js';
import type { OutboxHarness } from './outbox-harness.js';

const overloaded = { code: 'CATGA_OVERLOADED' };

/** Cases of all stores. */
export function storeCases(harness: OutboxHarness): readonly OutboxCase[] {
  const on = (name: string, test: (trial: OutboxTrial) => Promise<void>): OutboxCase => ({
    name,
    run: () => OutboxTrial.run(harness, {}, test),
  });

  return [
    on('declares its capabilities', async (trial) => {
      const defaults = { opensTransactions: false };
      sameContent({ ...defaults, ...trial.capabilities }, { ...defaults, ...harness.capabilities });
    }),

    on('returns what it was given, byte by byte', async (trial) => {
      const store = await trial.open();
      const { message } = waiting('a \u0000 \\ ✓', {
        name: 'orders.placed.v1 ✓',
        kind: 'command',
        body: Uint8Array.from({ length: 256 }, (_, byte) => byte),
        headers: { tenant: 'blå', empty: '', 'a"\\b': '{"\u0000"}' },
        key: '\\0 o1\u0000',
        causationId: 'cause',
        sentAtMs: 1_735_689_600_123,
        history: [failure],
      });
      await store.add([{ message, delayMs: 5 }]);
      const [kept] = await store.list('waiting', 1);
      assert.equal(kept?.delayMs, 5);
      assert.equal(kept.failure, undefined);
      sameContent([...kept.message.body], [...message.body]);
      sameContent({ ...kept.message, body: undefined }, { ...message, body: undefined });
    }),

    on('keeps the order of messages, within one call and between overlapping calls', async (trial) => {
      const store = await trial.open();
      const adding: Promise<void>[] = [];
      if (harness.capabilities.isTransactional) {
        // Overlapping calls are overlapping transactions: only consecutive ones are ordered.
        for (let i = 0; i < 60; i += 3) await store.add([0, 1, 2].map((j) => waiting(`m${i + j}`)));
      } else
        for (let i = 0; i < 60; i += 3) adding.push(store.add([0, 1, 2].map((j) => waiting(`m${i + j}`))));
      await Promise.all(adding);
      sameContent(
        await trial.idsOf(store),
        Array.from({ length: 60 }, (_, i) => `m${i}`),
      );
    }),

    on('lists at most as many as asked for, from the oldest or from after an entry', async (trial) => {
      const store = await trial.open();
      await store.add(['a', 'b', 'c', 'd'].map((id) => waiting(id)));
      sameContent(await trial.idsOf(store, 'waiting', 2), ['a', 'b']);
      const { id } = await trial.entry(store, 'b');
      await store.remove([id]);
      const behind = await store.list('waiting', 1, id);
      sameContent(
        behind.map(({ message }) => message.messageId),
        ['c'],
      );
      sameContent(await store.list('parked', 10), []);
    }),

    on('removes exactly the given entries; a repeat has no effect', async (trial) => {
      const store = await trial.open();
      await store.add(['a', 'b', 'c'].map((id) => waiting(id)));
      const { id } = await trial.entry(store, 'b');
      await store.remove([id]);
      await store.remove([id]);
      sameContent(await trial.idsOf(store), ['a', 'c']);
      sameContent(await store.count(), { waiting: 2, parked: 0 });
    }),

    on('keeps two messages with one id: the engine deduplicates, not the outbox', async (trial) => {
      const store = await trial.open();
      await store.add([waiting('a')]);
      await store.add([waiting('a')]);
      sameContent(await trial.idsOf(store), ['a', 'a']);
    }),

    on('parks an entry with its failure, in order, until it is removed', async (trial) => {
      const store = await trial.open();
      await store.add(['a', 'b', 'c'].map((id) => waiting(id)));
      await store.park((await trial.entry(store, 'c')).id, failure);
      const { id } = await trial.entry(store, 'b');
      await store.park(id, failure);
      await store.park(id, failure);
      sameContent(await trial.idsOf(store), ['a']);
      const parked = await store.list('parked', 10);
      sameContent(
        parked.map((entry) => [entry.message.messageId, entry.failure]),
        [
          ['b', failure],
          ['c', failure],
        ],
      );
      sameContent(await store.count(), { waiting: 1, parked: 2 });
      await store.remove([id]);
      await store.park(id, failure);
      sameContent(await trial.idsOf(store, 'parked'), ['c']);
    }),

    on('finds the entries of a key, if it can filter', async (trial) => {
      const store = await trial.open();
      await store.add(['a', 'b', 'c'].map((id) => waiting(id, { key: id === 'b' ? 'y' : 'x' })));
      const found = await store.list('waiting', 10, undefined, { key: 'x' });
      const ofKey = found.filter(({ message }) => message.key === 'x');
      sameContent(
        ofKey.map(({ message }) => message.messageId),
        ['a', 'c'],
      );
    }),

    on('has all entries of an earlier run, and adds after them', async (trial) => {
      const before = await trial.open();
      await before.add(['a', 'b', 'c', 'd'].map((id) => waiting(id)));
      await before.park((await trial.entry(before, 'a')).id, failure);
      await before.remove([(await trial.entry(before, 'd')).id]);
      await before.close();
      await before.close();
      const store = await trial.open();
      await store.add([waiting('e')]);
      sameContent(await trial.idsOf(store), ['b', 'c', 'e']);
      sameContent(await trial.idsOf(store, 'parked'), ['a']);
    }),

    on('isolates namespaces', async (trial) => {
      const blue = await trial.open('blue');
      await blue.add([waiting('a')]);
      await blue.close();
      const green = await trial.open('green');
      sameContent(await green.count(), { waiting: 0, parked: 0 });
      await green.add([waiting('b')]);
      await green.close();
      sameContent(await trial.idsOf(await trial.open('blue')), ['a']);
    }),
  ];
}

/** Cases of stores with limits. */
export function limitCases(harness: OutboxHarness): readonly OutboxCase[] {
  return [
    {
      name: 'rejects messages beyond its limit, all or none of a call, and has room again after a removal',
      run: () =>
        OutboxTrial.run(harness, { maxMessages: 3 }, async (trial) => {
          const store = await trial.open();
          await store.add([waiting('a'), waiting('b')]);
          await assert.rejects(store.add([waiting('c'), waiting('d')]), overloaded);
          sameContent(await trial.idsOf(store), ['a', 'b']);
          await store.add([waiting('e')]);
          await store.park((await trial.entry(store, 'a')).id, failure);
          await assert.rejects(store.add([waiting('f')]), overloaded);
          await store.remove([(await trial.entry(store, 'a')).id]);
          await store.add([waiting('g')]);
          sameContent(await trial.idsOf(store), ['b', 'e', 'g']);
        }),
    },
    {
      name: 'rejects more bytes than its limit',
      run: () =>
        OutboxTrial.run(harness, { maxBytes: 100 }, async (trial) => {
          const of = (id: string, bytes: number) => waiting(id, { body: new Uint8Array(bytes) });
          const store = await trial.open();
          await store.add([of('a', 60)]);
          await assert.rejects(store.add([of('b', 41)]), overloaded);
          await store.add([of('c', 40)]);
          await store.remove([(await trial.entry(store, 'a')).id]);
          await store.add([of('d', 60)]);
          sameContent(await trial.idsOf(store), ['c', 'd']);
        }),
    },
    {
      name: 'counts the entries of an earlier run, parked ones too',
      run: () =>
        OutboxTrial.run(harness, { maxMessages: 2 }, async (trial) => {
          const before = await trial.open();
          await before.add(['a', 'b'].map((id) => waiting(id)));
          await before.park((await trial.entry(before, 'a')).id, failure);
          await before.close();
          await assert.rejects((await trial.open()).add([waiting('c')]), overloaded);
        }),
    },
  ];
}
