/*
 * The numbers of the frame. `docs/reference/wire-protocol.md` draws the same layout; the files in
 * `test-vectors/frames` hold both to it. All numbers are unsigned and big-endian.
 */

/** The version of the wire protocol this package speaks. A frame of another version is refused whole. */
export const PROTOCOL_VERSION = 1;

/** `CG`. */
export const MAGIC = 0x4347;

/** Where the fields of the fixed part of the header begin. */
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
  /** The serializer's name, the sender's id, then the records. */
  texts: 38,
});

/** Kind and length, which every record begins with, in bytes. */
export const RECORD_HEADER_BYTES = 5;

/** What a record is. */
export const RECORD_KIND = Object.freeze({ request: 1, reply: 2, cancel: 3, event: 4 } as const);

/** Bits of the flags of requests and events: which optional fields follow the name, in this order. */
export const HAS_MESSAGE_ID = 0x01;
export const HAS_KEY = 0x02;
export const HAS_CORRELATION_ID = 0x04;
export const HAS_CAUSATION_ID = 0x08;
export const HAS_HEADERS = 0x10;

/** Bits that only requests have. Bit 7 must be 0. */
export const HAS_PREVIOUS = 0x20;
export const IS_RETRANSMISSION = 0x40;

/** Bits that only events have. Bit 7 must be 0. */
export const TO_SERVICE_HANDLERS = 0x20;
export const TO_NODE_HANDLERS = 0x40;

export const RESERVED_BITS = 0x80;

/** What a reply says. */
export const ReplyStatus = Object.freeze({
  /** The body is what the handler returned. */
  Value: 0,
  /** The body is an `EncodedError`: the request ran, or may have. */
  Error: 1,
  /** It is being worked on; there is no body. The outcome follows in a reply of its own. */
  Running: 2,
  /** The body is an `EncodedError` of Catga: the node did not run the request, and another one may. */
  Refused: 3,
} as const);

/** 0 to 3; see {@link ReplyStatus}. */
export type ReplyStatus = (typeof ReplyStatus)[keyof typeof ReplyStatus];

/** Stands where the remaining time would for a request that nobody stops waiting for. */
export const NO_DEADLINE = 0xffff_ffff;

/** The largest number of a field of 8, 16 or 32 bits. */
export const MAX_U8 = 0xff;
export const MAX_U16 = 0xffff;
export const MAX_U32 = 0xffff_ffff;
