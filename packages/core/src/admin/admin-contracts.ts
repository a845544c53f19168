import type { MessageKind } from '../contracts/envelope.js';
import type { ErrorRecord } from '../contracts/error-record.js';
import type { FailureReport } from '../contracts/error-report.js';
import type { NodeInfo, NodeLoad } from '../contracts/node-info.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';

/**
 * What a node is and handles, as it tells a tool that asks.
 *
 * @publicApi
 */
export interface NodeDescription {
  readonly node: NodeInfo;
  /** Name of its engine. */
  readonly engine: string;
  /** Version of Node.js. */
  readonly runtime: string;
  readonly pid: number;
  /** When it started, by its clock, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly requests: readonly DescribedRequest[];
  readonly events: readonly DescribedEvent[];
  readonly subscriptions: readonly DescribedSubscription[];
}

/**
 * A request that a node handles.
 *
 * @publicApi
 */
export interface DescribedRequest {
  readonly name: string;
  readonly kind: Exclude<MessageKind, 'event'>;
  readonly qos: QualityOfService;
  readonly handler: string;
  /** Timeout of callers, in milliseconds; absent for none. */
  readonly timeoutMs?: number;
}

/**
 * An event that a node handles.
 *
 * @publicApi
 */
export interface DescribedEvent {
  readonly name: string;
  readonly qos: QualityOfService;
  readonly handlers: readonly { readonly name: string; readonly scope: 'service' | 'node' }[];
}

/**
 * A durable subscription or queue that a node consumes.
 *
 * @publicApi
 */
export interface DescribedSubscription {
  readonly id: string;
  readonly kind: Exclude<MessageKind, 'query'>;
  readonly names: readonly string[];
  /** Maximum number of its messages that the node handles at a time. */
  readonly concurrency: number;
}

/**
 * What a node does at the moment.
 *
 * @publicApi
 */
export interface NodeStats {
  /** The time by its clock, in milliseconds since 1970. */
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly load: NodeLoad;
  /** Resident memory of its process, in bytes. */
  readonly memoryBytes: number;
  /** Number of failures since its start that no caller received, by handler or part of the engine: the 100 that failed most. */
  readonly failures: Readonly<Record<string, number>>;
}

/**
 * A failure that no caller received.
 *
 * @publicApi
 */
export interface NodeFailure {
  /** When, by the node's clock, in milliseconds since 1970. */
  readonly atMs: number;
  /** The handler, subscription or part of the engine that failed. */
  readonly source: string;
  readonly error: ErrorRecord;
  /** Wire name and id of the message, if there was one. */
  readonly name?: string;
  readonly messageId?: string;
  /** Number of the attempt; 0 if the handler was not called. */
  readonly attempt: number;
  readonly disposition: FailureReport['disposition'];
}

/**
 * A message that a node has handled: no content, no headers.
 *
 * @publicApi
 */
export interface HandledMessage {
  /** Grows with each message of the node. */
  readonly sequence: number;
  /** When its handler ended, by the node's clock, in milliseconds since 1970. */
  readonly atMs: number;
  readonly name: string;
  readonly kind: MessageKind;
  readonly messageId: string;
  /** The handler or the durable subscription. */
  readonly handler: string;
  readonly originNodeId: string;
  readonly attempt: number;
  readonly durationMs: number;
  /** Why it failed; absent if it succeeded. */
  readonly error?: ErrorRecord;
}

/**
 * Messages that a node has handled since an earlier page.
 *
 * @publicApi
 */
export interface TapPage {
  readonly messages: readonly HandledMessage[];
  /** What to ask for next. */
  readonly next: number;
  /** How many there were that the node no longer remembers. */
  readonly missed: number;
}

/**
 * Messages of one name that a handler got from one node.
 *
 * @publicApi
 */
export interface MessageFlow {
  /** Empty, with handler and origin, for all others after the first 500. */
  readonly name: string;
  readonly kind: MessageKind;
  /** The handler or the durable subscription. */
  readonly handler: string;
  readonly originNodeId: string;
  /** Number of runs, failures included. */
  readonly handled: number;
  readonly failed: number;
}

/**
 * Counts of what a node has handled since a tool first asked; they end 15 seconds after the last question. What is sent and handled
 * within one node by the direct path is counted in `load.handled` only.
 *
 * @publicApi
 */
export interface NodeTraffic {
  /** The time by its clock, in milliseconds since 1970. */
  readonly nowMs: number;
  /** When these counts began. */
  readonly sinceMs: number;
  readonly load: NodeLoad;
  readonly flows: readonly MessageFlow[];
  /** Numbers of runs by duration, in the buckets of `TRAFFIC_BOUNDS_MS`. */
  readonly durations: readonly number[];
  /** Numbers of runs by the time from sending until handled, of durable messages, in the same buckets. By the clocks of two nodes. */
  readonly criticalTimes: readonly number[];
}
