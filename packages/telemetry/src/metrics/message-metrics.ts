import type {
  CatgaResult,
  FailedDelivery,
  HandledMessage,
  MessageTracer,
  OutgoingMessage,
  RepeatedMessage,
  SagaChange,
  TraceEnd,
  TracedNode,
} from '@catga/core';
import { ATTRIBUTE, COUNTER, HISTOGRAM, OPERATION, SYSTEM } from '../conventions.js';
import { errorTypeOf } from '../error-type.js';
import { BoundedLabels } from './bounded-labels.js';
import type { Labels, MetricSink, Recorder } from './metric-sink.js';
import { NodeReadings } from './node-readings.js';

/** Metrics of messages and nodes. */
export class MessageMetrics implements MessageTracer {
  private readonly readings: NodeReadings;
  private readonly clientCall: Recorder;
  private readonly serverCall: Recorder;
  private readonly clientOperation: Recorder;
  private readonly process: Recorder;
  private readonly criticalTime: Recorder;
  private readonly sent: Recorder;
  private readonly consumed: Recorder;
  private readonly deadLetters: Recorder;
  private readonly retries: Recorder;
  private readonly deduplicated: Recorder;
  private readonly sagas: Recorder;

  constructor(sink: MetricSink) {
    const labels = new BoundedLabels();
    this.readings = new NodeReadings(sink);
    this.clientCall = labels.around(sink.histogram(HISTOGRAM.clientCall));
    this.serverCall = labels.around(sink.histogram(HISTOGRAM.serverCall));
    this.clientOperation = labels.around(sink.histogram(HISTOGRAM.clientOperation));
    this.process = labels.around(sink.histogram(HISTOGRAM.process));
    this.criticalTime = labels.around(sink.histogram(HISTOGRAM.criticalTime));
    this.sent = labels.around(sink.counter(COUNTER.sent));
    this.consumed = labels.around(sink.counter(COUNTER.consumed));
    this.deadLetters = labels.around(sink.counter(COUNTER.deadLetters));
    this.retries = labels.around(sink.counter(COUNTER.retries));
    this.deduplicated = labels.around(sink.counter(COUNTER.deduplicated));
    this.sagas = labels.around(sink.counter(COUNTER.sagas));
  }

  attach(node: TracedNode): () => void {
    return this.readings.attach(node);
  }

  sending({ operation, name }: OutgoingMessage, run: () => void): TraceEnd {
    const seconds = stopwatch();
    run();
    if (operation === 'send')
      return (outcome) => this.clientCall(seconds(), withError(callOf(name), outcome));
    return (outcome) => {
      const labels = withError(messageOf(OPERATION.publish, name), outcome);
      this.clientOperation(seconds(), labels);
      this.sent(1, labels);
    };
  }

  handling({ envelope, subscription, sentAtMs }: HandledMessage, run: () => void): TraceEnd {
    const { name, kind } = envelope;
    const seconds = stopwatch();
    run();
    if (kind !== 'event' && subscription === undefined)
      return (outcome) => this.serverCall(seconds(), withError(callOf(name), outcome));
    const of = { ...messageOf(OPERATION.process, name), ...subscriptionOf(subscription) };
    return (outcome) => {
      const labels = withError(of, outcome);
      this.process(seconds(), labels);
      this.consumed(1, labels);
      if (outcome.ok && sentAtMs !== undefined && subscription !== undefined)
        // The clocks of two machines differ: clamp at zero.
        this.criticalTime(Math.max(0, Date.now() - sentAtMs) / 1000, deliveryOf(name, subscription));
    };
  }

  deliveryFailed({ name, subscription, error, disposition }: FailedDelivery): void {
    const record = disposition === 'retried' ? this.retries : this.deadLetters;
    record(1, { ...deliveryOf(name, subscription), [ATTRIBUTE.errorType]: errorTypeOf(error) });
  }

  repeated({ name, subscription }: RepeatedMessage): void {
    this.deduplicated(1, deliveryOf(name, subscription));
  }

  sagaChanged({ saga, status }: SagaChange): void {
    this.sagas(1, { [ATTRIBUTE.saga]: saga, [ATTRIBUTE.sagaStatus]: status });
  }
}

/** Starts a stopwatch that returns the elapsed seconds. */
function stopwatch(): () => number {
  const begunMs = performance.now();
  return () => (performance.now() - begunMs) / 1000;
}

/** Maximum number of cached names, more than any application has. */
const MOST_CALLS = 10_000;
const calls = new Map<string, Labels>();

/** Returns the same labels object for each call of a message, so that they are checked once. */
function callOf(name: string): Labels {
  let labels = calls.get(name);
  if (labels !== undefined) return labels;
  labels = { [ATTRIBUTE.rpcSystem]: SYSTEM, [ATTRIBUTE.rpcMethod]: name };
  if (calls.size < MOST_CALLS) calls.set(name, labels);
  return labels;
}

function messageOf(operation: string, name: string): Labels {
  return {
    [ATTRIBUTE.messagingSystem]: SYSTEM,
    [ATTRIBUTE.operationName]: operation,
    [ATTRIBUTE.destination]: name,
  };
}

function deliveryOf(name: string, subscription: string | undefined): Labels {
  return { [ATTRIBUTE.destination]: name, ...subscriptionOf(subscription) };
}

function subscriptionOf(subscription: string | undefined): Labels {
  return subscription === undefined ? {} : { [ATTRIBUTE.subscription]: subscription };
}

function withError(labels: Labels, outcome: CatgaResult<unknown>): Labels {
  return outcome.ok ? labels : { ...labels, [ATTRIBUTE.errorType]: errorTypeOf(outcome.error) };
}
