import { isDeepStrictEqual } from 'node:util';
import { lineOf } from '@catga/core/engine';
import type { StreamDefinition } from '../definition/stream-definition.js';
import type { EventStore } from '../store/event-store.js';
import type { EventCodec } from './event-codec.js';

/** A state, and the version of its stream. */
export interface StateAt {
  readonly state: object;
  readonly version: number;
}

/** Snapshots of stream states. Their failures cost only time, and are logged. */
export class StreamSnapshots {
  /** Streams whose states do not survive the serializer. */
  private readonly unfit = new Set<StreamDefinition>();

  constructor(
    private readonly store: () => EventStore,
    private readonly codec: EventCodec,
    private readonly warn: (line: string) => void,
  ) {}

  /** The latest usable snapshot, up to a version of the stream. */
  async restore(definition: StreamDefinition, stream: string, upTo: number): Promise<StateAt | undefined> {
    const { snapshot: options } = definition;
    const { snapshots } = this.store();
    if (options === undefined || snapshots === undefined) return undefined;
    try {
      const found = await snapshots.load(stream, options.version);
      if (found === undefined || found.version > upTo || found.serializer !== this.codec.serializer)
        return undefined;
      return { state: this.codec.decodeState(definition, found.state), version: found.version };
    } catch (thrown) {
      this.warn(`A snapshot of the stream '${stream}' cannot be read: ${lineOf(thrown)}`);
      return undefined;
    }
  }

  /** Takes a snapshot if enough events were read without one. */
  async keep(
    definition: StreamDefinition,
    stream: string,
    { state, version }: StateAt,
    read: number,
  ): Promise<void> {
    const { snapshot: options } = definition;
    const { snapshots } = this.store();
    if (
      options === undefined ||
      snapshots === undefined ||
      read < options.every ||
      this.unfit.has(definition)
    )
      return;
    try {
      const encoded = this.codec.encodeState(definition, state);
      if (!isDeepStrictEqual(this.codec.decodeState(definition, encoded), state)) {
        this.unfit.add(definition);
        return this.warn(
          `The state of ${definition.target.name} does not survive the serializer '${this.codec.serializer}', so no snapshots are taken: use plain data without undefined fields, or another serializer.`,
        );
      }
      await snapshots.save(stream, options.version, {
        version,
        state: encoded,
        serializer: this.codec.serializer,
      });
    } catch (thrown) {
      this.warn(`Could not take a snapshot of the stream '${stream}': ${lineOf(thrown)}`);
    }
  }
}
