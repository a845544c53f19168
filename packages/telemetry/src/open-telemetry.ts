import { createNoopMeter, metrics, trace } from '@opentelemetry/api';
import type {
  DurableMessage,
  FailedDelivery,
  HandledMessage,
  MessageTracer,
  OutgoingMessage,
  RepeatedMessage,
  SagaChange,
  TraceEnd,
  TracedNode,
} from '@catga/core';
import { MessageMetrics } from './metrics/message-metrics.js';
import { OpenTelemetrySink } from './metrics/otel-sink.js';
import { SpanTracer } from './traces/span-tracer.js';
import type { EventTraces } from './traces/span-tracer.js';

const SCOPE = '@catga/telemetry';

/** Options of `openTelemetry`. */
export interface OpenTelemetryOptions {
  /**
   * Trace of a stored event's handlers (QoS 1 and 2): `'link'`, a new trace for each handler, linked to the publisher's span; `'parent'`,
   * part of the publisher's trace, which may then grow without bounds by retries and events that cause events. Requests, queued commands
   * and plain events always continue the sender's trace.
   * @defaultValue 'link'
   */
  readonly eventTraces?: EventTraces;
}

/**
 * Traces and metrics for OpenTelemetry, by its semantic conventions of RPC and messaging. Your application registers the SDK before it
 * starts; without one nothing is recorded.
 *
 * @example `CatgaModule.forRoot({ telemetry: [openTelemetry()] })`
 * @publicApi
 */
export function openTelemetry({ eventTraces = 'link' }: OpenTelemetryOptions = {}): MessageTracer {
  return new OpenTelemetryTracer(eventTraces);
}

/** Spans, and metrics around them. */
class OpenTelemetryTracer implements MessageTracer {
  private readonly spans: SpanTracer;
  // Created when a node has connected: meters created before the SDK is registered record nothing.
  private metrics: MessageMetrics | undefined;

  constructor(eventTraces: EventTraces) {
    this.spans = new SpanTracer(trace.getTracer(SCOPE), eventTraces);
  }

  attach(node: TracedNode): (() => void) | void {
    const meter = metrics.getMeter(SCOPE);
    if (meter.constructor === createNoopMeter().constructor) return; // The application has no OpenTelemetry meter provider.
    this.metrics ??= new MessageMetrics(new OpenTelemetrySink(meter));
    return this.metrics.attach(node);
  }

  sending(outgoing: OutgoingMessage, run: () => void): TraceEnd | void {
    const { spans, metrics: measured } = this;
    if (measured === undefined) return spans.sending(outgoing, run);
    return both(
      (inner) => spans.sending(outgoing, inner),
      () => measured.sending(outgoing, run),
    );
  }

  handling(handled: HandledMessage, run: () => void): TraceEnd | void {
    const { spans, metrics: measured } = this;
    if (measured === undefined) return spans.handling(handled, run);
    return both(
      (inner) => spans.handling(handled, inner),
      () => measured.handling(handled, run),
    );
  }

  deliveryFailed(failed: FailedDelivery): void {
    this.spans.deliveryFailed(failed);
    this.metrics?.deliveryFailed(failed);
  }

  repeated(message: RepeatedMessage): void {
    this.metrics?.repeated(message);
  }

  sagaChanged(change: SagaChange): void {
    this.metrics?.sagaChanged(change);
  }

  redriving(message: DurableMessage, run: () => void): TraceEnd {
    return this.spans.redriving(message, run);
  }

  internal(run: () => void): void {
    this.spans.internal(run);
  }
}

/** Nests one tracer in another: both get the outcome, the inner one first. */
function both(outer: (run: () => void) => TraceEnd | void, inner: () => TraceEnd | void): TraceEnd {
  let innerEnd: TraceEnd | void;
  const outerEnd = outer(() => (innerEnd = inner()));
  return (outcome) => {
    innerEnd?.(outcome);
    outerEnd?.(outcome);
  };
}
