import type { MessageHeaders } from '../contracts/headers.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';
import type { NodeAddress } from '../ports/links.js';
import type { ReplyStatus } from './frame-layout.js';

/** What every frame begins with. */
export interface FrameHeader {
  /** The name of the serializer of the bodies. */
  readonly serializer: string;
  readonly sender: NodeAddress;
  /** The incarnation of the node it was written for: a node that has restarted since refuses it. */
  readonly receiverIncarnation: number;
  /** Counts the sender's frames to this receiver from 1; after 2^32 - 1 comes 0. */
  readonly sequence: number;
  /** The latest sequence number that the sender has received from the receiver; 0 before the first. */
  readonly acknowledged: number;
  /** How many frames in a row, the acknowledged one the last of them, the sender has received for certain. */
  readonly acknowledgedCount: number;
  readonly recordCount: number;
  /** Where the records begin, in bytes. */
  readonly recordsOffset: number;
}

/**
 * A body as its serializer made it. A text is written as UTF-8. Bytes that were read are a view of the frame: copy
 * them to keep them, or the whole frame is kept.
 */
export type FrameBody = string | Uint8Array;

/** The fields that requests and events share and need not have. */
export interface OptionalFields {
  readonly messageId?: string | undefined;
  readonly key?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  /** Undefined when there are none, never empty, where it was read. */
  readonly headers?: MessageHeaders | undefined;
}

/** Run this and answer. */
export interface RequestRecord<Body extends FrameBody = Uint8Array> extends OptionalFields {
  /** Chosen by the requester and unique among its unanswered requests; a retransmission repeats it. */
  readonly correlation: number;
  /** The wire name. */
  readonly name: string;
  readonly qos: QualityOfService;
  /** 1 for the first node that is asked; a retransmission repeats it. 255 stands for itself and all beyond. */
  readonly attempt: number;
  readonly isRetransmission: boolean;
  /** How long the requester still waits, in milliseconds; undefined if it waits for ever. */
  readonly remainingMs: number | undefined;
  /** The nodes that were asked before, in order; left out or empty if this is the first. */
  readonly previous?: readonly NodeAddress[] | undefined;
  readonly body: Body;
}

/** A plain event. It is not answered. */
export interface EventRecord<Body extends FrameBody = Uint8Array> extends OptionalFields {
  readonly name: string;
  /** For the handlers of which one node of the service gets each event. */
  readonly toServiceHandlers: boolean;
  /** For the handlers that get it on every node. */
  readonly toNodeHandlers: boolean;
  readonly body: Body;
}

/**
 * Receivers of the records of a frame, in the order they were written. They must not throw: what follows in the frame
 * would be lost.
 */
export interface FrameVisitors<Body extends FrameBody = Uint8Array> {
  readonly requests: RequestVisitor<Body>;
  readonly replies: ReplyVisitor<Body>;
  readonly events: EventVisitor<Body>;
}

export interface RequestVisitor<Body extends FrameBody = Uint8Array> {
  request(record: RequestRecord<Body>): void;
  /** The requester of `correlation` has given it up. */
  cancel(correlation: number): void;
}

export interface ReplyVisitor<Body extends FrameBody = Uint8Array> {
  reply(correlation: number, status: ReplyStatus, body: Body, sender: NodeAddress): void;
}

export interface EventVisitor<Body extends FrameBody = Uint8Array> {
  event(record: EventRecord<Body>, sender: NodeAddress): void;
}
