import type { EventStore, RecordedEvent } from '../store/event-store.js';
import { NotTaken } from './event-taker.js';
import type { EventTaker } from './event-taker.js';

/** Inline projections of an application. */
export class InlineProjections {
  constructor(
    private readonly store: EventStore,
    private readonly takers: readonly EventTaker[],
  ) {}

  /** Advances a stream to its new version, in the transaction of the append. Rejects with the error of the projection. */
  async appended(stream: string, version: number, names: readonly string[]): Promise<void> {
    const { store } = this;
    for (const taker of this.takers) {
      if (!names.some((name) => taker.takes(name))) continue;
      const { definition } = taker;
      try {
        await store.projections?.inline?.take(
          definition.name,
          definition.version,
          stream,
          version,
          (tx, build, from, to) => taker.take(streamTail(store, stream, from, to), build, tx),
        );
      } catch (thrown) {
        throw thrown instanceof NotTaken ? thrown.cause : thrown;
      }
    }
  }
}

/** The events of a stream after the version `from`, up to `to`. */
export async function* streamTail(
  store: EventStore,
  stream: string,
  from: number,
  to: number,
): AsyncIterable<RecordedEvent> {
  for await (const recorded of store.read(stream, from + 1)) {
    if (recorded.version > to) return;
    yield recorded;
  }
}
