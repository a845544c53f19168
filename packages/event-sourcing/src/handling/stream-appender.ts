import { CatgaError } from '@catga/nestjs';
import type { PublishOptions } from '@catga/nestjs';
import { isInfrastructureFailure } from '@catga/core/engine';
import type { MessageType } from '@catga/core/engine';
import type { StreamDefinition } from '../definition/stream-definition.js';
import type { Publication, Publications } from '../publishing/publications.js';
import type { ProjectionHost } from '../projections/projection-host.js';
import type { DecisionRecord, EventStore, NewEvent } from '../store/event-store.js';
import type { EventCodec } from './event-codec.js';
import { eventId } from './event-id.js';

/** Events to append to a stream, and their origin. */
export interface StreamAppend {
  readonly definition: StreamDefinition;
  readonly stream: string;
  /** Expected version of the stream. */
  readonly version: number;
  readonly events: readonly object[];
  readonly decision: DecisionRecord | undefined;
  readonly headers: Readonly<Record<string, string>>;
  publish(event: object, options: PublishOptions): Promise<void>;
}

/** Appends events to streams, runs inline projections, and publishes the events; in one transaction, if the store has transactions. */
export class StreamAppender {
  constructor(
    private readonly store: () => EventStore,
    private readonly codec: EventCodec,
    /** Called for events that were appended but could not be published. */
    private readonly unpublished: (thrown: unknown) => void,
    private readonly projections: Pick<ProjectionHost, 'inline' | 'wake'>,
    /** For a persistent store without transactions. */
    private readonly publications: () => Publications | undefined,
  ) {}

  /** Appends events. `CATGA_CONFLICT` if the stream has another version. */
  async append({
    definition,
    stream,
    version,
    events,
    decision,
    headers,
    ...to
  }: StreamAppend): Promise<void> {
    const store = this.store();
    const isReliable = events.some((event) => definition.eventOf(event).type.qos > 0);
    const publications = isReliable ? this.publications() : undefined;
    const encoded: NewEvent[] = [];
    const facts = { ...headers, ...publications?.headers };
    for (const [at, event] of events.entries())
      encoded.push(await this.codec.encode(definition, event, facts, at === 0 ? decision : undefined));
    const publish = (event: object, at: number): Promise<void> =>
      to.publish(event, publishOptions(definition.eventOf(event).type, stream, version + at + 1));
    if (store.inTransaction === undefined) {
      const publication = await publications?.begin();
      await watched(publication, async () => {
        const appended = await store.append(stream, encoded, version);
        publication?.appended(appended);
        this.projections.wake();
        await Promise.all(events.map(publish));
      });
      return;
    }
    await store.inTransaction(async (afterCommit) => {
      const appended = await store.append(stream, encoded, version);
      const names = encoded.map(({ name }) => name);
      await this.projections.inline().appended(stream, appended.version, names);
      afterCommit(() => this.projections.wake());
      for (const [at, event] of events.entries()) {
        if (definition.eventOf(event).type.qos > 0) await publish(event, at);
        // QoS 0 events are not in the outbox: published here, they would survive a rollback.
        else afterCommit(() => void publish(event, at).catch(this.unpublished));
      }
    });
  }
}

/** Marks a failed append: nothing to publish after a refusal, `unsure` if it may have been stored. */
async function watched(publication: Publication | undefined, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    publication?.done();
  } catch (thrown) {
    const isConflict = thrown instanceof CatgaError && thrown.code === 'CATGA_CONFLICT';
    if (!isConflict && isInfrastructureFailure(thrown)) publication?.unsure();
    else publication?.done();
    throw thrown;
  }
}

/** Publish options of an event: ordered by its stream, unless its class declares a key. */
export function publishOptions({ keyOf }: MessageType, stream: string, version: number): PublishOptions {
  return { messageId: eventId(stream, version), ...(keyOf === undefined && { key: stream }) };
}
