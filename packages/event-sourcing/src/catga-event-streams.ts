import { CatgaError } from '@catga/nestjs';
import { streamName } from './definition/decision-definition.js';
import type { EventStreamClass } from './definition/event-stream.decorator.js';
import type { EventSourcingHost } from './event-sourcing-host.js';
import type { EventStore } from './store/event-store.js';
import { checkSubject, checkUpTo } from './store/store-arguments.js';

/**
 * State of a stream.
 *
 * @publicApi
 */
export interface StreamState<S> {
  readonly state: S;
  /** Number of events in the state; 0 for an empty stream. */
  readonly version: number;
}

/**
 * Options of {@link CatgaEventStreams.load}.
 *
 * @publicApi
 */
export interface LoadOptions {
  /**
   * Last version to apply, for a past state.
   * @defaultValue all
   */
  readonly upTo?: number;
}

/**
 * Streams of the namespace. Injectable.
 *
 * @publicApi
 */
export class CatgaEventStreams {
  constructor(private readonly host: EventSourcingHost) {}

  /** The event store. `CATGA_SHUTTING_DOWN` before the application has started, and after it has stopped. */
  get store(): EventStore {
    return this.host.store;
  }

  /** Name of the stream with an id, for {@link store}. `CATGA_VALIDATION_FAILED` for an invalid id. */
  nameOf(stream: EventStreamClass, id: string | number | bigint): string {
    return streamName(this.host.streamOf(stream).name, id);
  }

  /**
   * Erases a person: deletes the key of the fields of `@Personal` events that are about it, in all streams, on all nodes at once. Resolves with whether
   * there was one. What was published, and what read models and other systems have, is not touched: rebuild the read models.
   * `CATGA_UNSUPPORTED` for a store without keys, `CATGA_VALIDATION_FAILED` for an invalid id of a person.
   * what is no id or no version, `CATGA_UNSUPPORTED` ~>    * an invalid id or version, `CATGA_UNSUPPORTED`
   */
  async erase(subject: string): Promise<boolean> {
    checkSubject(subject, 'subject');
    const { keys } = this.store;
    if (keys !== undefined) return keys.erase(subject);
    throw new CatgaError('CATGA_UNSUPPORTED', 'The event store does not store keys for @Personal fields.');
  }

  /**
   * The state of a stream now, or as it was. `CATGA_CONFIGURATION` for a class that is no stream, `CATGA_VALIDATION_FAILED` for
   * what is no id or no version, `CATGA_UNSUPPORTED` for an event that the class does not know, `CATGA_SERIALIZATION` for one that cannot be
   * decoded.
   */
  async load<S extends object>(
    stream: EventStreamClass<S>,
    id: string | number | bigint,
    { upTo }: LoadOptions = {},
  ): Promise<StreamState<S>> {
    checkUpTo(upTo);
    const definition = this.host.streamOf(stream);
    const { state, version } = await this.host.loader.load(definition, this.nameOf(stream, id), { upTo });
    return { state: state as S, version };
  }
}
