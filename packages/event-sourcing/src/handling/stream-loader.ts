import type { StreamDefinition } from '../definition/stream-definition.js';
import type { EventStore, RecordedEvent } from '../store/event-store.js';
import type { EventCodec } from './event-codec.js';
import type { StateAt, StreamSnapshots } from './stream-snapshots.js';

/** Current or past state of a stream. */
export interface LoadedStream extends StateAt {
  /** First event of the requested decision, if it was made. */
  readonly decided: RecordedEvent | undefined;
}

/** Request to load a stream. */
export interface LoadRequest {
  /** Decision to look up; if it is found, the state is not loaded. */
  readonly decision?: string | undefined;
  /** Last version to apply. */
  readonly upTo?: number | undefined;
}

/** Loads the state of a stream from its events. */
export class StreamLoader {
  constructor(
    private readonly store: () => EventStore,
    private readonly codec: EventCodec,
    private readonly snapshots: StreamSnapshots,
  ) {}

  async load(
    definition: StreamDefinition,
    stream: string,
    { decision, upTo = Number.POSITIVE_INFINITY }: LoadRequest = {},
  ): Promise<LoadedStream> {
    const store = this.store();
    const snapshot = await this.snapshots.restore(definition, stream, upTo);
    let { state, version } = snapshot ?? { state: definition.initial(), version: 0 };
    if (snapshot !== undefined && decision !== undefined) {
      // The decision may be older than the snapshot.
      const decided = await store.findDecision(stream, decision);
      if (decided !== undefined) return { state, version, decided };
    }
    const from = version;
    for await (const recorded of store.read(stream, from + 1)) {
      if (recorded.version > upTo) break;
      if (decision !== undefined && recorded.decision?.id === decision)
        return { state, version, decided: recorded };
      state = definition.evolve(state, await this.codec.decode(definition, recorded));
      ({ version } = recorded);
    }
    await this.snapshots.keep(definition, stream, { state, version }, version - from);
    return { state, version, decided: undefined };
  }
}
