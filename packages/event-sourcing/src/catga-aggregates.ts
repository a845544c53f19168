import { CatgaError } from '@catga/nestjs';
import type { CatgaNode, MessageContext, PublishOptions } from '@catga/nestjs';
import { streamName } from './definition/decision-definition.js';
import type { EventStreamClass } from './definition/event-stream.decorator.js';
import type { StreamDefinition } from './definition/stream-definition.js';
import type { EventSourcingHost } from './event-sourcing-host.js';
import { decisionId } from './handling/decision-runner.js';
import { eventId } from './handling/event-id.js';

/**
 * Minimal interface of an aggregate that collects the events it applies, such as an `AggregateRoot` of `@nestjs/cqrs` or `@catga/cqrs`.
 *
 * @publicApi
 */
export interface ApplyingAggregate {
  getUncommittedEvents(): object[];
  uncommit(): void;
}

/** Origin of a loaded aggregate. */
interface Origin {
  readonly definition: StreamDefinition;
  readonly stream: string;
  readonly version: number;
}

/**
 * Repository of existing aggregate classes that apply events to themselves, stored as streams. Decorate the class with `@EventStream`, and
 * its methods that apply events with `@Evolve`. Injectable.
 *
 * @example
 * const account = await this.aggregates.load(Account, command.accountId);
 * account.withdraw(command.amount); // this.apply(new Withdrawn(amount))
 * await this.aggregates.save(account, context);
 * @publicApi
 */
export class CatgaAggregates {
  private readonly origins = new WeakMap<object, Origin>();

  constructor(
    private readonly host: EventSourcingHost,
    private readonly node: () => CatgaNode | null,
  ) {}

  /** Loads an aggregate from its events; a new one if the stream is empty. Errors are those of `CatgaEventStreams.load`. */
  async load<A extends ApplyingAggregate>(
    aggregate: EventStreamClass<A>,
    id: string | number | bigint,
  ): Promise<A> {
    const definition = this.host.streamOf(aggregate);
    const stream = streamName(definition.name, id);
    const { state, version } = await this.host.loader.load(definition, stream);
    const loaded = state as A;
    this.origins.set(loaded, { definition, stream, version });
    // Its own commit would publish events that are not stored.
    Object.defineProperty(loaded, 'publishAll', { value: refuseCommit, configurable: true });
    return loaded;
  }

  /**
   * Appends and publishes the events that the aggregate has applied, and clears them. Resolves with the id of the last event, for
   * `{ after }`. `CATGA_CONFLICT` if the stream has changed since it was loaded: load and decide again. `CATGA_CONFIGURATION` for an
   * aggregate that was not loaded.
   * @param context of the command; a repeated command appends once
   */
  async save(aggregate: ApplyingAggregate, context?: MessageContext): Promise<string> {
    const origin = this.origins.get(aggregate);
    const node = this.node();
    if (origin === undefined || node === null)
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        `${aggregate.constructor.name} was not loaded by CatgaAggregates, so its stream is unknown.`,
      );
    const { definition, stream } = origin;
    let { version } = origin;
    const events = [...aggregate.getUncommittedEvents()];
    const id = context && decisionId(context);
    const isNew = id === undefined || (await this.host.store.findDecision(stream, id)) === undefined;
    if (events.length > 0 && isNew) {
      const publish = (event: object, options: PublishOptions): Promise<void> =>
        (context ?? node.mediator).publish(event, options);
      await this.host.appender.append({
        definition,
        stream,
        version,
        events,
        decision: id === undefined ? undefined : { id, size: events.length },
        headers: context ? { correlationId: context.correlationId, causationId: context.messageId } : {},
        publish,
      });
      version += events.length;
    }
    aggregate.uncommit();
    this.origins.set(aggregate, { definition, stream, version });
    return eventId(stream, version);
  }
}

function refuseCommit(): never {
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    'Save an event-sourced aggregate by CatgaAggregates.save(aggregate): its own commit stores nothing.',
  );
}
