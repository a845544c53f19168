import type { DurableSubscription } from '../contracts/durable-subscription.js';
import type { Envelope, MessageKind } from '../contracts/envelope.js';
import type { MessageHeaders } from '../contracts/headers.js';
import type { MessageContext } from '../contracts/message-context.js';
import type { NodeInfo } from '../contracts/node-info.js';
import type { CatgaResult } from '../contracts/result.js';
import type { OutgoingMessage } from '../contracts/send-behavior.js';
import type { OutboxCounts } from './outbox-store.js';

/** Callback with the outcome: called once, before the caller gets it. */
export type TraceEnd = (outcome: CatgaResult<unknown>) => void;

/** One run of a handler. */
export interface HandledMessage {
  readonly envelope: Envelope;
  readonly context: MessageContext;
  /** The durable subscription that brought the message; undefined for requests and plain events. */
  readonly subscription: string | undefined;
  /** Time at which a message of a durable subscription was sent, by the clock of its sender, in milliseconds since 1970. */
  readonly sentAtMs: number | undefined;
}

/** Reliable event or queued command of a durable subscription. */
export interface DurableMessage {
  readonly name: string;
  readonly messageId: string;
  readonly kind: Exclude<MessageKind, 'query'>;
  readonly headers: MessageHeaders;
  readonly subscription: string;
}

/** Attempt at a durable message that failed. */
export interface FailedDelivery extends DurableMessage {
  /** Envelope that the handler was run with; undefined for a message that could not be decoded. */
  readonly envelope: Envelope | undefined;
  readonly error: Error;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  readonly disposition: 'retried' | 'dead-lettered';
}

/** Message that was handled before, and whose handler did not run again. */
export interface RepeatedMessage {
  readonly name: string;
  readonly messageId: string;
  readonly kind: MessageKind;
  /** The durable subscription that brought it; undefined for a request. */
  readonly subscription: string | undefined;
}

/** Saga of this node that has started or changed its status. */
export interface SagaChange {
  /** Name of the saga. */
  readonly saga: string;
  readonly status: 'started' | 'compensating' | 'completed' | 'compensated' | 'stuck';
}

/** Number of sagas of one name that have not ended, in the whole cluster. */
export interface OpenSagas {
  /** Their name. */
  readonly saga: string;
  readonly running: number;
  readonly compensating: number;
  readonly stuck: number;
  /** Age of the oldest of them that is not stuck, in milliseconds; undefined if there is none. */
  readonly oldestMs: number | undefined;
}

/** Lag, in the whole cluster, of a projection that this node runs. */
export interface ProjectionLag {
  /** Name of the projection. */
  readonly projection: string;
  /** Age of the oldest event that the live build has not applied, in milliseconds; 0 if there is none. */
  readonly behindMs: number;
  /** Whether it has stopped at an event. */
  readonly isStopped: boolean;
}

/** Node that a tracer is attached to. The promises reject while the broker is unreachable, and after the node has stopped. */
export interface TracedNode {
  readonly nodeId: string;
  readonly service: string;
  /** Nodes that are present, this one included. */
  nodes(): readonly NodeInfo[];
  /** Durable subscriptions and queues that this node handles, and those of its service that nobody does. */
  subscriptions(): Promise<readonly DurableSubscription[]>;
  /** Messages in the outbox; none without one. */
  outbox(): Promise<OutboxCounts>;
  /** Open sagas of the saga classes of this node. Each call counts one page at most; the result is that of the last full pass. */
  sagas(): Promise<readonly OpenSagas[]>;
  /** Lag of the projections of this node. */
  projections(): Promise<readonly ProjectionLag[]>;
}

/**
 * Tracer: observes messages, for traces and metrics. All methods are optional.
 *
 * Contract: methods are synchronous. Those with `run` call it once before they return, in whatever async context the message is
 * to have, and may return a function that is called with the outcome. A tracer changes no outcome: what it
 * throws, or does not call, is reported to the error sink, and the message goes on.
 *
 * @publicApi
 */
export interface MessageTracer {
  /** The node has connected. May return a function that is called when it closes. */
  attach?(node: TracedNode): (() => void) | void;
  /** A message is sent: around all behaviors of the send side. May replace `outgoing.options`, to add headers. */
  sending?(outgoing: OutgoingMessage, run: () => void): TraceEnd | void;
  /** A handler runs: around all its behaviors. */
  handling?(handled: HandledMessage, run: () => void): TraceEnd | void;
  /** An attempt at a durable message failed, and the message is retried or has become a dead letter. */
  deliveryFailed?(failed: FailedDelivery): void;
  /** A message was not handled again. */
  repeated?(message: RepeatedMessage): void;
  /** A saga has started or changed its status, by a step on this node. */
  sagaChanged?(change: SagaChange): void;
  /** A dead letter is redriven. */
  redriving?(message: DurableMessage, run: () => void): TraceEnd | void;
  /** Calls of the node to its broker that belong to no message, and must not appear in traces. */
  internal?(run: () => void): void;
}
