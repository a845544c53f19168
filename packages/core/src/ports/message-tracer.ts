import type { DurableSubscription } from '../contracts/durable-subscription.js';
import type { Envelope, MessageKind } from '../contracts/envelope.js';
import type { MessageHeaders } from '../contracts/headers.js';
import type { MessageContext } from '../contracts/message-context.js';
import type { NodeInfo } from '../contracts/node-info.js';
import type { CatgaResult } from '../contracts/result.js';
import type { OutgoingMessage } from '../contracts/send-behavior.js';
import type { OutboxCounts } from './outbox-store.js';

/** Called once, with how it ended, before whoever waits for the outcome hears of it. */
export type TraceEnd = (outcome: CatgaResult<unknown>) => void;

/** Run of a handler. */
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

/** Saga of this node that has started, or come to another status. */
export interface SagaChange {
  /** Name of the saga. */
  readonly saga: string;
  readonly status: 'started' | 'compensating' | 'completed' | 'compensated' | 'stuck';
}

/** Sagas of one name that have not ended, in the whole cluster. */
export interface OpenSagas {
  /** Their name. */
  readonly saga: string;
  readonly running: number;
  readonly compensating: number;
  readonly stuck: number;
  /** How long ago the oldest of them that is not stuck has started, in milliseconds; undefined if there is none. */
  readonly oldestMs: number | undefined;
}

/** A read model that this node runs, as it is in the whole cluster. */
export interface ProjectionLag {
  /** Name of the projection. */
  readonly projection: string;
  /** Age of the oldest event that the build which is read has not taken, in milliseconds; 0 if it has all. */
  readonly behindMs: number;
  /** Whether it has stopped at an event. */
  readonly isStopped: boolean;
}

/** Node that a tracer is attached to. The promises reject while the broker is away, and after the node has stopped. */
export interface TracedNode {
  readonly nodeId: string;
  readonly service: string;
  /** Nodes that are present, this one included. */
  nodes(): readonly NodeInfo[];
  /** Durable subscriptions and queues that this node handles, and those of its service that nobody does. */
  subscriptions(): Promise<readonly DurableSubscription[]>;
  /** Messages in the outbox; none without one. */
  outbox(): Promise<OutboxCounts>;
  /** Sagas that this node has the classes of. Of many they are counted bit by bit, with each call. */
  sagas(): Promise<readonly OpenSagas[]>;
  /** Read models that this node has the classes of. */
  projections(): Promise<readonly ProjectionLag[]>;
}

/**
 * Tracer: sees what messages go through, for traces and metrics. All methods are optional.
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
  /** A message is handed over: around all behaviors of the send side. May replace `outgoing.options`, to add headers. */
  sending?(outgoing: OutgoingMessage, run: () => void): TraceEnd | void;
  /** A handler runs: around all its behaviors. */
  handling?(handled: HandledMessage, run: () => void): TraceEnd | void;
  /** An attempt at a durable message failed, and the message is retried or has become a dead letter. */
  deliveryFailed?(failed: FailedDelivery): void;
  /** A message was not handled again. */
  repeated?(message: RepeatedMessage): void;
  /** A saga has started, or come to another status, by a step on this node. */
  sagaChanged?(change: SagaChange): void;
  /** A dead letter is given back to its handler. */
  redriving?(message: DurableMessage, run: () => void): TraceEnd | void;
  /** Work of the node with its broker that belongs to no message and is not to show up in traces. */
  internal?(run: () => void): void;
}
