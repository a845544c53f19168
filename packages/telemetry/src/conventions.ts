/**
 * All names of spans, attributes and metrics. Those of messaging and RPC follow OpenTelemetry's semantic conventions 1.44, which are in
 * development; those with the prefix `catga.` are our own.
 */

/** Value of `messaging.system` and `rpc.system.name`. */
export const SYSTEM = 'catga';

/** Names of attributes of spans and metrics. */
export const ATTRIBUTE = Object.freeze({
  rpcSystem: 'rpc.system.name',
  rpcMethod: 'rpc.method',
  messagingSystem: 'messaging.system',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  subscription: 'messaging.destination.subscription.name',
  messageId: 'messaging.message.id',
  conversationId: 'messaging.message.conversation_id',
  errorType: 'error.type',
  /** Number of the attempt at a durable message, from 1. */
  attempt: 'catga.delivery.attempt',
  /** Handler that ran. */
  handler: 'catga.handler',
  /** Method that was called with a message: `send`, `publish`, `broadcast`, `enqueue`. */
  operation: 'catga.operation',
  /** Whether the engine dropped the message as a duplicate. */
  duplicate: 'catga.duplicate',
  /** Name of a saga. */
  saga: 'catga.saga.name',
  /** Status of a saga, and `started` for one that is new. */
  sagaStatus: 'catga.saga.status',
  /** Name of a projection. */
  projection: 'catga.projection.name',
});

/** Values of `messaging.operation.name`, which begin the names of spans. */
export const OPERATION = Object.freeze({
  publish: 'publish',
  process: 'process',
  deadLetter: 'dead_letter',
  redrive: 'redrive',
});

/** Values of `messaging.operation.type`. */
export const OPERATION_TYPE = Object.freeze({ send: 'send', process: 'process', settle: 'settle' });

/** An instrument. Its name in Prometheus has underscores, and ends with its unit or, for a counter, `_total`. */
export interface Instrument {
  readonly name: string;
  readonly unit: 's' | '{message}' | '{node}' | '{saga}' | '{projection}';
  readonly description: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

const CALL_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const WAIT_BUCKETS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400];

const RPC_LABELS = [ATTRIBUTE.rpcSystem, ATTRIBUTE.rpcMethod, ATTRIBUTE.errorType];
const CLIENT_LABELS = [
  ATTRIBUTE.messagingSystem,
  ATTRIBUTE.operationName,
  ATTRIBUTE.destination,
  ATTRIBUTE.errorType,
];
const CONSUMER_LABELS = [...CLIENT_LABELS, ATTRIBUTE.subscription];
const DELIVERY_LABELS = [ATTRIBUTE.destination, ATTRIBUTE.subscription];
const SAGA_LABELS = [ATTRIBUTE.saga, ATTRIBUTE.sagaStatus];

/** Histograms of durations, in seconds. */
export const HISTOGRAM = Object.freeze({
  clientCall: {
    name: 'rpc.client.call.duration',
    unit: 's',
    description: 'Duration of requests, from send to the outcome.',
    labels: RPC_LABELS,
    buckets: CALL_BUCKETS,
  },
  serverCall: {
    name: 'rpc.server.call.duration',
    unit: 's',
    description: 'Duration of handlers of requests.',
    labels: RPC_LABELS,
    buckets: CALL_BUCKETS,
  },
  clientOperation: {
    name: 'messaging.client.operation.duration',
    unit: 's',
    description: 'Duration of publish, broadcast and enqueue.',
    labels: CLIENT_LABELS,
    buckets: CALL_BUCKETS,
  },
  process: {
    name: 'messaging.process.duration',
    unit: 's',
    description: 'Duration of handlers of events and queued commands.',
    labels: CONSUMER_LABELS,
    buckets: CALL_BUCKETS,
  },
  criticalTime: {
    name: 'catga.message.critical_time',
    unit: 's',
    description:
      'Time from the sending of a durable message until it was handled, retries and delays included.',
    labels: DELIVERY_LABELS,
    buckets: WAIT_BUCKETS,
  },
} satisfies Record<string, Instrument>);

/** Counters. */
export const COUNTER = Object.freeze({
  sent: {
    name: 'messaging.client.sent.messages',
    unit: '{message}',
    description: 'Number of events and queued commands that were sent.',
    labels: CLIENT_LABELS,
  },
  consumed: {
    name: 'messaging.client.consumed.messages',
    unit: '{message}',
    description: 'Number of events and queued commands that handlers processed.',
    labels: CONSUMER_LABELS,
  },
  deadLetters: {
    name: 'catga.dead_letters',
    unit: '{message}',
    description: 'Number of messages that became dead letters.',
    labels: [...DELIVERY_LABELS, ATTRIBUTE.errorType],
  },
  retries: {
    name: 'catga.retries',
    unit: '{message}',
    description: 'Number of failed attempts at durable messages that are retried.',
    labels: [...DELIVERY_LABELS, ATTRIBUTE.errorType],
  },
  deduplicated: {
    name: 'catga.deduplicated',
    unit: '{message}',
    description: 'Number of duplicate messages that were not handled again.',
    labels: DELIVERY_LABELS,
  },
  sagas: {
    name: 'catga.sagas',
    unit: '{saga}',
    description: 'Number of sagas that started or changed their status.',
    labels: SAGA_LABELS,
  },
} satisfies Record<string, Instrument>);

/** Gauges, read when the metrics are. */
export const GAUGE = Object.freeze({
  due: {
    name: 'catga.subscription.due',
    unit: '{message}',
    description: 'Number of messages of a durable subscription waiting for its handler.',
    labels: [ATTRIBUTE.subscription],
  },
  delayed: {
    name: 'catga.subscription.delayed',
    unit: '{message}',
    description:
      'Number of messages of a durable subscription waiting for their next attempt or the end of their delay.',
    labels: [ATTRIBUTE.subscription],
  },
  handling: {
    name: 'catga.subscription.handling',
    unit: '{message}',
    description: 'Number of messages of a durable subscription in progress.',
    labels: [ATTRIBUTE.subscription],
  },
  oldestDue: {
    name: 'catga.subscription.oldest_due',
    unit: 's',
    description: 'Age of the oldest unsettled message of a durable subscription; 0 if there is none.',
    labels: [ATTRIBUTE.subscription],
  },
  outboxWaiting: {
    name: 'catga.outbox.waiting',
    unit: '{message}',
    description: 'Number of messages in the outbox waiting to be sent.',
    labels: [],
  },
  nodes: {
    name: 'catga.nodes',
    unit: '{node}',
    description: 'Number of nodes that this node knows, including itself.',
    labels: [],
  },
  openSagas: {
    name: 'catga.saga.open',
    unit: '{saga}',
    description: 'Number of sagas that run, compensate or are stuck.',
    labels: SAGA_LABELS,
  },
  oldestSaga: {
    name: 'catga.saga.oldest',
    unit: 's',
    description: 'Age of the oldest saga that runs or compensates; 0 if there is none.',
    labels: [ATTRIBUTE.saga],
  },
  projectionBehind: {
    name: 'catga.projection.behind',
    unit: 's',
    description: 'Age of the oldest event that a projection has not handled; 0 if there is none.',
    labels: [ATTRIBUTE.projection],
  },
  projectionStopped: {
    name: 'catga.projection.stopped',
    unit: '{projection}',
    description: 'Whether a projection has stopped at an event: 1 or 0.',
    labels: [ATTRIBUTE.projection],
  },
} satisfies Record<string, Instrument>);
