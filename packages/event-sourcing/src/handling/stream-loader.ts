import type { StreamDefinition } from '../definition/stream-definition.js';
import type { EventStore, RecordedEvent } from '../store/event-store.js';
import type { EventCodec } from './event-codec.js';
import type { StateAt, StreamSnapshots } from './stream-snapshots.js';

/** A stream as it is now, or was. */
export interface LoadedStream extends StateAt {
  /** The first event of the decision that was looked for. */
  readonly decided: RecordedEvent | undefined;
}

/** What is wanted of a stream. */
export interface LoadRequest {
  /** Looked for in the stream: if it is there, the state is of no interest. */
  readonly decision?: string | undefined;
  /** The last version that counts. */
  readonly upTo?: number | undefined;
}

/** Makes the state of a stream of its events. */
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
      // It may have been made before the snapshot.
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
