import type { Outbox } from '@catga/core/outbox';

/** Demo: an outbox that delays sending after a COMMIT, to kill the process in between. Entries found at its start are sent at once. */
export function withRelayDelay(outbox: Outbox, delayMs: number): Outbox {
  if (delayMs === 0) return outbox;
  return {
    ...outbox,
    async open(client) {
      const store = await outbox.open({
        ...client,
        committed: (entries) => void setTimeout(() => client.committed(entries), delayMs).unref(),
      });
      const list = store.list.bind(store);
      // Only the search for entries of dead nodes filters by age.
      store.list = (state, limit, after, filter) =>
        list(
          state,
          limit,
          after,
          filter?.olderThanMs === undefined
            ? filter
            : { ...filter, olderThanMs: filter.olderThanMs + delayMs },
        );
      return store;
    },
  };
}
