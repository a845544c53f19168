/*
 * Numbers of the frame layout. `docs/reference/wire-protocol.md` draws the same layout; the files in
 * `test-vectors/frames` check both against it. All numbers are unsigned and big-endian.
 */

/** Wire protocol version of this package. A frame of another version is refused as a whole. */
export const PROTOCOL_VERSION = 1;

/** `CG`. */
export const MAGIC = 0x4347;

/** Offsets of the fields in the fixed part of the header. */
export const HEADER_OFFSET = Object.freeze({
  magic: 0,
  version: 2,
  serializerLength: 3,
  sequence: 4,
  acknowledged: 8,
  acknowledgedCount: 12,
  recordCount: 16,
  senderIncarnation: 20,
  receiverIncarnation: 28,
  senderIdLength: 36,
  /** Serializer name, sender id, then the records. */
  texts: 38,
});

/** Size of kind and length at the start of every record, in bytes. */
export const RECORD_HEADER_BYTES = 5;

/** Kinds of records. */
export const RECORD_KIND = Object.freeze({ request: 1, reply: 2, cancel: 3, event: 4 } as const);

/** Flag bits of requests and events: the optional fields that follow the name, in this order. */
export const HAS_MESSAGE_ID = 0x01;
export const HAS_KEY = 0x02;
export const HAS_CORRELATION_ID = 0x04;
export const HAS_CAUSATION_ID = 0x08;
export const HAS_HEADERS = 0x10;

/** Flag bits of requests only. Bit 7 must be 0. */
export const HAS_PREVIOUS = 0x20;
export const IS_RETRANSMISSION = 0x40;

/** Flag bits of events only. Bit 7 must be 0. */
export const TO_SERVICE_HANDLERS = 0x20;
export const TO_NODE_HANDLERS = 0x40;

export const RESERVED_BITS = 0x80;

/** Status of a reply. */
export const ReplyStatus = Object.freeze({
  /** The body is the handler's result. */
  Value: 0,
  /** The body is an `EncodedError`: the request ran, or may have. */
  Error: 1,
  /** The request is still running; no body. The outcome follows in another reply. */
  Running: 2,
  /** The body is an `EncodedError` of Catga: the node did not run the request, and another one may. */
  Refused: 3,
} as const);

/** 0 to 3; see {@link ReplyStatus}. */
export type ReplyStatus = (typeof ReplyStatus)[keyof typeof ReplyStatus];

/** Remaining time of a request without a deadline. */
export const NO_DEADLINE = 0xffff_ffff;

/** Maximum value of an 8, 16 or 32-bit field. */
export const MAX_U8 = 0xff;
export const MAX_U16 = 0xffff;
export const MAX_U32 = 0xffff_ffff;
