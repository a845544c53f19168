import { NO_HEADERS } from '../contracts/headers.js';
import type { MessageType } from '../contracts/message-type.js';
import type { SaidPublishOptions } from '../contracts/said-headers.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import type { Admission } from '../pipeline/admission/admission.js';
import { HandlerContext } from '../pipeline/handler-context.js';
import type { Cause, ContextHost } from '../pipeline/handler-context.js';
import { MessageEnvelope, NO_ATTRIBUTES, checkMessageId } from '../pipeline/message-envelope.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import { promiseOf } from '../errors/promise-like.js';
import type { OutgoingLog, OutgoingOptions } from '../reliability/outbox/outgoing-log.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import { UnguessableIds } from '../ids/unguessable-ids.js';
import type { CatgaErrorSink } from '../reliability/failure-sink.js';
import type { Codec } from '../wire/codec.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import { checkHeaders } from '../wire/limits.js';
import { toStoredMessage } from '../wire/message-codec.js';
import { DirectCalls } from './direct-calls.js';
import type { DirectCall, DirectCallListener } from './direct-calls.js';
import type { EventRoute, EventSubscriber } from '../handlers/routes.js';

/** The id was generated here: no other call has it. */
const FRESH: OutgoingOptions = Object.freeze({ isFresh: true });

const NOTHING_SAID: SaidPublishOptions = Object.freeze({});

function discard(): void {}

/** Every handler was called. */
export const HANDED_OVER: Promise<void> = Promise.resolve();

/** Takes events to their handlers: plain ones at once, reliable ones through the durable log. */
export class EventPublisher implements DirectCallListener {
  private readonly directCalls = new DirectCalls(this);
  private readonly storedIds: UnguessableIds;

  private readonly newId = (): string => this.ids.next();

  constructor(
    private readonly host: ContextHost,
    private readonly admission: Admission,
    private readonly failures: CatgaErrorSink,
    private readonly codec: Codec,
    /** The durable log, or the outbox before it. */
    private readonly log: OutgoingLog,
    private readonly ids: CatgaIds,
  ) {
    this.storedIds = new UnguessableIds(ids);
  }

  /**
   * Resolves when every handler was called (QoS 0) or the engine or the outbox has stored the event (QoS 1 and 2). Throws for an
   * event that cannot be stored.
   */
  publish(route: EventRoute, event: object, options?: SaidPublishOptions, cause?: Cause): Promise<void> {
    if (route.type.qos > 0) return this.append(route, event, options ?? NOTHING_SAID, cause);
    return this.deliver(route, event, options, cause);
  }

  /** Calls every handler of this node, whatever the event's quality of service. No handler's failure reaches the caller. */
  deliver(route: EventRoute, event: object, options?: SaidPublishOptions, cause?: Cause): Promise<void> {
    let attributes = NO_ATTRIBUTES;
    if (options !== undefined || cause !== undefined) {
      try {
        attributes = this.attributesOf(route, options ?? {}, cause);
      } catch (thrown) {
        return Promise.reject(toError(thrown));
      }
    }
    for (const subscriber of route.subscribers) this.call(subscriber, event, attributes);
    return HANDED_OVER;
  }

  /**
   * Throws if what a publisher said of a message that is not stored is wrong: `CATGA_VALIDATION_FAILED`,
   * `CATGA_PAYLOAD_TOO_LARGE`, `CATGA_SERIALIZATION`, `CATGA_UNSUPPORTED`.
   */
  check({ name, qos }: MessageType, { messageId, headers, transaction }: SaidPublishOptions): void {
    checkMessageId(name, messageId);
    if (transaction !== undefined) {
      throw new CatgaError(
        'CATGA_UNSUPPORTED',
        qos === 0
          ? `${name} is not stored, so it cannot be part of a transaction: decorate it with @ReliableEvent().`
          : `${name} is broadcast, not stored, so it cannot be part of a transaction: publish it.`,
        { details: { name } },
      );
    }
    if (headers !== undefined) checkHeaders(this.codec.limits, name, headers);
  }

  /** An event of another node: for the handlers that it says, and for them only. */
  receive(route: EventRoute, event: object, record: EventRecord<FrameBody>, originNodeId: string): void {
    const { messageId, key, headers, correlationId, causationId, toServiceHandlers, toNodeHandlers } = record;
    const attributes = { messageId, key, headers, correlationId, causationId, originNodeId };
    for (const subscriber of route.subscribers) {
      const isWanted = subscriber.options.scope === 'node' ? toNodeHandlers : toServiceHandlers;
      if (isWanted) this.call(subscriber, event, attributes);
    }
  }

  private call(subscriber: EventSubscriber, event: object, attributes: MessageAttributes): void {
    const { admission, newId } = this;
    const { direct } = subscriber;
    if (!admission.hasRoom) return this.callWhenFree(subscriber, event, attributes);
    if (direct !== undefined) return this.callDirectly(subscriber, direct, event, attributes);
    admission.enter();
    this.run(subscriber, new MessageEnvelope(event, subscriber.type, subscriber.name, attributes, newId));
  }

  private callWhenFree(subscriber: EventSubscriber, event: object, attributes: MessageAttributes): void {
    const { admission, host, newId } = this;
    const envelope = new MessageEnvelope(event, subscriber.type, subscriber.name, attributes, newId);
    const { cancellation } = new HandlerContext(envelope, host, undefined);
    admission.enterWhenFree(envelope.name, cancellation).then(
      () => this.run(subscriber, envelope),
      (thrown: unknown) => this.report(subscriber, envelope, thrown),
    );
  }

  private callDirectly(
    subscriber: EventSubscriber,
    direct: (event: object) => unknown,
    event: object,
    attributes: MessageAttributes,
  ): void {
    const { admission } = this;
    admission.enter();
    try {
      const outcome = promiseOf(direct(event));
      if (outcome === undefined) admission.leave();
      else this.directCalls.wait(subscriber, event, attributes, outcome);
    } catch (thrown) {
      this.failed({ subscriber, event, attributes }, thrown);
    }
  }

  /** A direct call failed, and its place is free. */
  failed({ subscriber, event, attributes }: DirectCall, thrown: unknown): void {
    const { admission, newId } = this;
    admission.leave();
    const envelope = new MessageEnvelope(event, subscriber.type, subscriber.name, attributes, newId);
    this.report(subscriber, envelope, thrown);
  }

  private run(subscriber: EventSubscriber, envelope: MessageEnvelope): void {
    const context = new HandlerContext(envelope, this.host, undefined);
    const outcome = subscriber.step(envelope, context);
    context.begin(outcome);
    void outcome.then(this.done, (thrown: unknown) => {
      this.admission.leave();
      this.report(subscriber, envelope, thrown);
    });
  }

  /** A handler has ended, and its place is free. */
  readonly done = (): void => this.admission.leave();

  private report(subscriber: EventSubscriber, envelope: MessageEnvelope, thrown: unknown): void {
    const error = toError(thrown);
    this.failures.report({
      error,
      source: subscriber.name,
      envelope,
      attempt: 1,
      disposition: 'dropped',
    });
  }

  /** Throws for an event that cannot be stored. */
  private append(
    { type }: EventRoute,
    event: object,
    options: SaidPublishOptions,
    cause: Cause | undefined,
  ): Promise<void> {
    const { host, codec, log } = this;
    checkMessageId(type.name, options.messageId);
    const messageId = options.messageId ?? this.storedIds.next();
    const stored = toStoredMessage(codec, type, event, {
      messageId,
      headers: options.headers ?? NO_HEADERS,
      key: options.key ?? type.keyOf?.(event),
      correlationId: cause?.correlationId ?? messageId,
      causationId: cause?.messageId,
      originNodeId: host.nodeId,
      sentAtMs: host.clock.now(),
    });
    const { transaction } = options;
    const isFresh = options.messageId === undefined;
    const outgoing = transaction === undefined ? (isFresh ? FRESH : undefined) : { isFresh, transaction };
    return log.append(stored, outgoing).then(discard);
  }

  private attributesOf(
    route: EventRoute,
    options: SaidPublishOptions,
    cause: Cause | undefined,
  ): MessageAttributes {
    this.check(route.type, options);
    const { messageId, headers, key } = options;
    return {
      messageId,
      headers,
      key,
      originNodeId: this.host.nodeId,
      correlationId: cause?.correlationId,
      causationId: cause?.messageId,
    };
  }
}
