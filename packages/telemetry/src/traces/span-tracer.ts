import { SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, Tracer } from '@opentelemetry/api';
import type {
  CatgaResult,
  DurableMessage,
  Envelope,
  FailedDelivery,
  HandledMessage,
  MessageTracer,
  OutgoingMessage,
  TraceEnd,
} from '@catga/core';
import { ATTRIBUTE, OPERATION, OPERATION_TYPE, SYSTEM } from '../conventions.js';
import { errorTypeOf } from '../error-type.js';
import { fromHeaders, withHeaders } from './header-context.js';
import { isSuppressed, suppressed, unsuppressed } from './suppression.js';

/** How the handling of a stored event relates to the trace of its publisher. */
export type EventTraces = 'link' | 'parent';

/** Spans of messages. Broker calls of engines are not traced. */
export class SpanTracer implements MessageTracer {
  /** Contexts of failed attempts, for the retry or dead letter that follows. */
  private readonly failed = new WeakMap<Envelope, Context>();

  constructor(
    private readonly tracer: Tracer,
    private readonly eventTraces: EventTraces,
  ) {}

  sending(outgoing: OutgoingMessage, run: () => void): TraceEnd | void {
    const active = context.active();
    if (isSuppressed(active)) return run();
    const { operation, name, options } = outgoing;
    const { headers } = options;
    const isContinued = headers !== undefined && trace.getSpan(active) === undefined;
    const parent = isContinued ? fromHeaders(active, headers) : active;
    const isCall = operation === 'send';
    const span = this.tracer.startSpan(
      isCall ? name : `${OPERATION.publish} ${name}`,
      {
        kind: isCall ? SpanKind.CLIENT : SpanKind.PRODUCER,
        attributes: isCall
          ? callOf(name)
          : {
              ...messageOf(OPERATION.publish, OPERATION_TYPE.send, name),
              [ATTRIBUTE.operation]: operation,
              ...(options.messageId !== undefined && { [ATTRIBUTE.messageId]: options.messageId }),
            },
      },
      parent,
    );
    const within = trace.setSpan(parent, span);
    outgoing.options = { ...options, headers: withHeaders(within, options.headers) };
    context.with(suppressed(within), run);
    if (!span.isRecording()) return;
    return (outcome) => {
      if (operation === 'enqueue' && outcome.ok) setReceipt(span, outcome.value);
      end(span, outcome);
    };
  }

  handling(handled: HandledMessage, run: () => void): TraceEnd | void {
    const { envelope, context: message, subscription } = handled;
    const { name, kind } = envelope;
    const sender = fromHeaders(unsuppressed(context.active()), envelope.headers);
    const isCall = kind !== 'event' && subscription === undefined;
    const isLinked = kind === 'event' && subscription !== undefined && this.eventTraces === 'link';
    const span = this.tracer.startSpan(
      isCall ? name : `${OPERATION.process} ${name}`,
      {
        kind: isCall ? SpanKind.SERVER : SpanKind.CONSUMER,
        root: isLinked,
        links: isLinked ? linksTo(sender) : [],
        attributes: {
          ...(isCall
            ? callOf(name)
            : {
                ...messageOf(OPERATION.process, OPERATION_TYPE.process, name),
                [ATTRIBUTE.messageId]: message.messageId,
                [ATTRIBUTE.conversationId]: message.correlationId,
              }),
          [ATTRIBUTE.handler]: envelope.handler,
          ...(subscription !== undefined && {
            [ATTRIBUTE.subscription]: subscription,
            [ATTRIBUTE.attempt]: message.attempt,
          }),
        },
      },
      sender,
    );
    const within = trace.setSpan(sender, span);
    context.with(within, run);
    // Retries and dead letters of a stored message may be traced although its attempts are not.
    if (!span.isRecording() && subscription === undefined) return;
    return (outcome) => {
      if (!outcome.ok) {
        span.recordException(outcome.error);
        if (subscription !== undefined) this.failed.set(envelope, within);
      }
      end(span, outcome);
    };
  }

  /** A retry shows in the number of the next attempt; a dead letter is a span of its own below the last one. */
  deliveryFailed({ disposition, envelope, error, attempt, ...message }: FailedDelivery): void {
    if (disposition !== 'dead-lettered') return;
    const attempted = envelope && this.failed.get(envelope);
    const parent = attempted ?? fromHeaders(context.active(), message.headers);
    const span = this.tracer.startSpan(
      `${OPERATION.deadLetter} ${message.name}`,
      {
        kind: SpanKind.INTERNAL,
        attributes: {
          ...durableOf(OPERATION.deadLetter, OPERATION_TYPE.settle, message),
          [ATTRIBUTE.attempt]: attempt,
        },
      },
      parent,
    );
    end(span, { ok: false, error });
  }

  redriving(message: DurableMessage, run: () => void): TraceEnd {
    const active = context.active();
    const span = this.tracer.startSpan(
      `${OPERATION.redrive} ${message.name}`,
      {
        kind: SpanKind.PRODUCER,
        links: linksTo(fromHeaders(trace.deleteSpan(active), message.headers)),
        attributes: durableOf(OPERATION.redrive, OPERATION_TYPE.send, message),
      },
      unsuppressed(active),
    );
    context.with(suppressed(trace.setSpan(active, span)), run);
    return (outcome) => end(span, outcome);
  }

  internal(run: () => void): void {
    context.with(suppressed(context.active()), run);
  }
}

function callOf(name: string): Attributes {
  return { [ATTRIBUTE.rpcSystem]: SYSTEM, [ATTRIBUTE.rpcMethod]: name };
}

function messageOf(operation: string, type: string, destination: string): Attributes {
  return {
    [ATTRIBUTE.messagingSystem]: SYSTEM,
    [ATTRIBUTE.operationName]: operation,
    [ATTRIBUTE.operationType]: type,
    [ATTRIBUTE.destination]: destination,
  };
}

function durableOf(
  operation: string,
  type: string,
  { name, messageId, subscription }: Pick<DurableMessage, 'name' | 'messageId' | 'subscription'>,
): Attributes {
  return {
    ...messageOf(operation, type, name),
    [ATTRIBUTE.messageId]: messageId,
    [ATTRIBUTE.subscription]: subscription,
  };
}

function linksTo(sender: Context): Link[] {
  const spanContext = trace.getSpanContext(sender);
  return spanContext === undefined ? [] : [{ context: spanContext }];
}

/** Sets the attributes of a queued command that are known once it is stored. */
function setReceipt(span: Span, receipt: unknown): void {
  const { messageId, duplicate } = (receipt ?? {}) as { messageId?: string; duplicate?: boolean };
  if (messageId !== undefined) span.setAttribute(ATTRIBUTE.messageId, messageId);
  if (duplicate === true) span.setAttribute(ATTRIBUTE.duplicate, true);
}

function end(span: Span, outcome: CatgaResult<unknown>): void {
  if (!outcome.ok) {
    const { error } = outcome;
    span.setAttribute(ATTRIBUTE.errorType, errorTypeOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  }
  span.end();
}
