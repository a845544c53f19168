import type { Checkpoint, RecordedEvent } from '@catga/event-sourcing';
import { allAfter, event, events, placesOf, same } from './event-store-case.js';
import type { EventStoreCase } from './event-store-case.js';

/** Cases of the global order of events. */
export const orderCases: readonly EventStoreCase[] = [
  {
    name: 'reads all events page by page, each once, and later ones from the last checkpoint',
    run: async (trial) => {
      const store = await trial.open();
      same((await store.readAll(undefined, 10)).events, []);
      const { next: beginning } = await store.readAll(undefined, 10);
      await store.append('a/1', events(3), 0);
      await store.append('a/2', events(2), 0);
      await store.append('a/1', [event('e4')], 3);
      const places = ['a/1@1', 'a/1@2', 'a/1@3', 'a/2@1', 'a/2@2', 'a/1@4'];
      const first = await allAfter(store, undefined, 2);
      same(placesOf(first.events), places);
      same(placesOf((await allAfter(store, beginning, 4)).events), places);
      same((await store.readAll(first.next, 10)).next, first.next);
      await store.append('a/3', [event('e1')], 0);
      same(placesOf((await allAfter(store, first.next, 10)).events), ['a/3@1']);
    },
  },
  {
    name: 'continues after any event, and after any append',
    run: async (trial) => {
      const store = await trial.open();
      const appended = await store.append('a/1', events(3), 0);
      await store.append('a/2', events(2), 0);
      const { events: all } = await allAfter(store, undefined, 10);
      for (const [at, { checkpoint }] of all.entries())
        same(placesOf((await allAfter(store, checkpoint, 10)).events), placesOf(all.slice(at + 1)));
      same(placesOf((await allAfter(store, appended.checkpoint, 10)).events), ['a/2@1', 'a/2@2']);
    },
  },
  {
    name: 'neither misses nor repeats events while others append, and keeps the order of each stream',
    run: async (trial) => {
      const store = await trial.open();
      let isWriting = true;
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let round = 0; round < 10; round++) await store.append(`a/${writer % 3}`, events(2), 'any');
      });
      const written = Promise.all(writers).finally(() => (isWriting = false));
      const seen: RecordedEvent[] = [];
      let after: Checkpoint | undefined;
      for (let isLast = false; !isLast;) {
        isLast = !isWriting;
        const page = await allAfter(store, after, 7);
        seen.push(...page.events);
        after = page.next;
      }
      await written;
      same(seen.length, 160);
      for (const stream of ['a/0', 'a/1', 'a/2']) {
        const versions = seen.filter((one) => one.stream === stream).map(({ version }) => version);
        same(
          versions,
          Array.from(versions, (_, at) => at + 1),
        );
      }
    },
  },
];
