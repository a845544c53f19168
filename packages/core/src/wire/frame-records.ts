import type { MessageHeaders } from '../contracts/headers.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';
import type { NodeAddress } from '../ports/links.js';
import type { ReplyStatus } from './frame-layout.js';

/** Header of a frame. */
export interface FrameHeader {
  /** Name of the serializer of the bodies. */
  readonly serializer: string;
  readonly sender: NodeAddress;
  /** Incarnation of the receiver; a node that has restarted since refuses the frame. */
  readonly receiverIncarnation: number;
  /** Sequence number of the sender's frames to this receiver, from 1; wraps from 2^32 - 1 to 0. */
  readonly sequence: number;
  /** Latest sequence number that the sender received from the receiver; 0 before the first. */
  readonly acknowledged: number;
  /** Number of consecutive frames, up to and including the acknowledged one, that the sender certainly received. */
  readonly acknowledgedCount: number;
  readonly recordCount: number;
  /** Offset of the records, in bytes. */
  readonly recordsOffset: number;
}

/**
 * Encoded body. Text is written as UTF-8. Bytes that were read are a view of the frame: copy them to keep them, or the
 * whole frame stays in memory.
 */
export type FrameBody = string | Uint8Array;

/** Optional fields of requests and events. */
export interface OptionalFields {
  readonly messageId?: string | undefined;
  readonly key?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  /** Undefined rather than empty after reading. */
  readonly headers?: MessageHeaders | undefined;
}

/** Request to run and answer. */
export interface RequestRecord<Body extends FrameBody = Uint8Array> extends OptionalFields {
  /** Chosen by the requester, unique among its unanswered requests; unchanged in a retransmission. */
  readonly correlation: number;
  /** Wire name. */
  readonly name: string;
  readonly qos: QualityOfService;
  /** Attempt number, 1 for the first node asked; unchanged in a retransmission. 255 means 255 or more. */
  readonly attempt: number;
  readonly isRetransmission: boolean;
  /** Time the requester still waits, in milliseconds; undefined without a deadline. */
  readonly remainingMs: number | undefined;
  /** Nodes asked before, in order; undefined or empty for the first. */
  readonly previous?: readonly NodeAddress[] | undefined;
  readonly body: Body;
}

/** Plain event. It is not answered. */
export interface EventRecord<Body extends FrameBody = Uint8Array> extends OptionalFields {
  readonly name: string;
  /** For handlers of which one node per service gets each event. */
  readonly toServiceHandlers: boolean;
  /** For handlers that get the event on every node. */
  readonly toNodeHandlers: boolean;
  readonly body: Body;
}

/**
 * Visitors of a frame's records, called in the order written. They must not throw: the rest of the frame would be lost.
 */
export interface FrameVisitors<Body extends FrameBody = Uint8Array> {
  readonly requests: RequestVisitor<Body>;
  readonly replies: ReplyVisitor<Body>;
  readonly events: EventVisitor<Body>;
}

export interface RequestVisitor<Body extends FrameBody = Uint8Array> {
  request(record: RequestRecord<Body>): void;
  /** The requester no longer waits for request `correlation`. */
  cancel(correlation: number): void;
}

export interface ReplyVisitor<Body extends FrameBody = Uint8Array> {
  reply(correlation: number, status: ReplyStatus, body: Body, sender: NodeAddress): void;
}

export interface EventVisitor<Body extends FrameBody = Uint8Array> {
  event(record: EventRecord<Body>, sender: NodeAddress): void;
}
