import type { MessageKind } from '../contracts/envelope.js';
import type { ErrorRecord } from '../contracts/error-record.js';
import type { FailureReport } from '../contracts/error-report.js';
import type { NodeInfo, NodeLoad } from '../contracts/node-info.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';

/**
 * Description of a node and what it handles, for tools.
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
  /** Start time by its clock, in milliseconds since 1970. */
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
  /** Maximum number of its messages that the node handles concurrently. */
  readonly concurrency: number;
}

/**
 * Current statistics of a node.
 *
 * @publicApi
 */
export interface NodeStats {
  /** Current time by its clock, in milliseconds since 1970. */
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly load: NodeLoad;
  /** Resident memory of its process, in bytes. */
  readonly memoryBytes: number;
  /** Number of failures since its start that reached no caller, by handler or part of the engine: the 100 with most failures. */
  readonly failures: Readonly<Record<string, number>>;
}

/**
 * A failure that reached no caller.
 *
 * @publicApi
 */
export interface NodeFailure {
  /** Time by the node's clock, in milliseconds since 1970. */
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
  /** Sequence number within the node. */
  readonly sequence: number;
  /** End time of its handler by the node's clock, in milliseconds since 1970. */
  readonly atMs: number;
  readonly name: string;
  readonly kind: MessageKind;
  readonly messageId: string;
  /** The handler or the durable subscription. */
  readonly handler: string;
  readonly originNodeId: string;
  readonly attempt: number;
  readonly durationMs: number;
  /** Error; absent if it succeeded. */
  readonly error?: ErrorRecord;
}

/**
 * Messages that a node has handled since an earlier page.
 *
 * @publicApi
 */
export interface TapPage {
  readonly messages: readonly HandledMessage[];
  /** Sequence number for the next query. */
  readonly next: number;
  /** Number of missed messages that the node no longer keeps. */
  readonly missed: number;
}

/**
 * Flow of messages of one name from one node to a handler.
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
 * Counts of messages handled since a tool's first query; counting stops 15 seconds after the last one. Requests sent and handled within one
 * node by the direct path are only counted in `load.handled`.
 *
 * @publicApi
 */
export interface NodeTraffic {
  /** Current time by its clock, in milliseconds since 1970. */
  readonly nowMs: number;
  /** When these counts began. */
  readonly sinceMs: number;
  readonly load: NodeLoad;
  readonly flows: readonly MessageFlow[];
  /** Numbers of runs by duration, in the buckets of `TRAFFIC_BOUNDS_MS`. */
  readonly durations: readonly number[];
  /**
   * Numbers of runs by critical time (from sending until handled, of durable messages), in the same buckets. By the clocks of two nodes.
   */
  readonly criticalTimes: readonly number[];
}
