import type { Outbox } from '@catga/core/outbox';

/** Demo: an outbox that waits between a COMMIT and the sending, to kill the process in between. What it finds at its start it sends at once. */
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
      // Only the looks for what a dead node has left have an age.
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
