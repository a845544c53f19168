import { createHash } from 'node:crypto';
import { CatgaError, toError } from '../errors/catga-error.js';
import type { LaneFrame } from '../ports/lane-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import { ByteReader } from '../wire/byte-reader.js';
import { bodyLength } from '../wire/codec.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { unreadableMessage } from '../wire/read-stored-message.js';
import { StoredMessageCodec } from '../wire/stored-message-codec.js';
import { TextCache } from '../wire/text-cache.js';

/** Maximum number of events in a frame. The encoding of progress depends on it. */
export const MOST_EVENTS = 64;
/** Size above which an event does not share a frame, in bytes. */
export const SHARED_FRAME_BYTES = 65_536;

/** `CL`, for Catga's lanes. */
const MAGIC = 0x43_4c;
const VERSION = 1;
const IS_FRESH = 0x01;
const HAS_TARGET = 0x01;
const INITIAL_BYTES = 4096;
const KEPT_BYTES = 65_536;
/** Overhead of an event in a frame besides its texts and its body, in bytes. */
const EVENT_BYTES = 64;
const MAX_BYTES_PER_UNIT = 3;

/** One event, or keyed command, of a frame. */
export interface LaneEvent {
  readonly message: LogMessage;
  /** The only subscription that gets it, for a redriven dead letter. */
  readonly target: string | undefined;
  /** Why it cannot be decoded; the body of the message has its bytes. */
  readonly problem?: Error;
}

/** A frame to store: the events of one turn for one lane, or one event under its own id. */
export class EventFrame implements LaneFrame {
  private encoded: Uint8Array | undefined;

  /** @param isFresh whether the ids of its events are new and never reused */
  constructor(
    readonly id: string,
    readonly content: readonly LaneEvent[],
    readonly isFresh: boolean,
  ) {}

  get events(): number {
    return this.content.length;
  }

  get bytes(): Uint8Array {
    return (this.encoded ??= encode(this));
  }
}

/** Content of a frame. */
export interface FrameContent {
  readonly content: readonly LaneEvent[];
  readonly isFresh: boolean;
}

const writer = new ByteWriter(INITIAL_BYTES);
const reader = new ByteReader(new TextCache());
const messages = new StoredMessageCodec();
/** Length of the digest that identifies undecodable bytes. */
const DIGEST_LENGTH = 32;

/** Upper bound of an event's size in a frame, in bytes. */
export function mostBytesOf({ message, target = '' }: LaneEvent): number {
  const {
    headers,
    messageId,
    name,
    key = '',
    correlationId,
    causationId = '',
    originNodeId,
    serializer,
  } = message;
  let units =
    target.length +
    messageId.length +
    name.length +
    key.length +
    correlationId.length +
    causationId.length +
    originNodeId.length +
    serializer.length;
  for (const header in headers) units += header.length + (headers[header]?.length ?? 0) + 2;
  return EVENT_BYTES + bodyLength(message.body) + units * MAX_BYTES_PER_UNIT;
}

function encode({ content, isFresh }: EventFrame): Uint8Array {
  writer.rewind(0, KEPT_BYTES);
  writer.u16(MAGIC);
  writer.u8(VERSION);
  writer.u8(isFresh ? IS_FRESH : 0);
  writer.u8(content.length);
  for (const { target, message } of content) {
    writer.u8(target === undefined ? 0 : HAS_TARGET);
    if (target !== undefined) writer.text(target);
    const start = writer.offset + 4;
    writer.u32(0); // Its length, known below.
    messages.write(message, writer);
    writer.u32At(start - 4, writer.offset - start);
  }
  return writer.copy();
}

/**
 * Decodes a delivered frame; an undecodable one becomes an event with a `problem`, for every subscription.
 * @param maxBytes maximum number of bytes kept of an event that cannot be decoded
 */
export function readContent(found: Uint8Array | LaneFrame, maxBytes: number): FrameContent {
  try {
    return contentOf(found, maxBytes);
  } catch (thrown) {
    const bytes = found instanceof Uint8Array ? found : found.bytes;
    return { content: [unreadable(bytes, undefined, thrown, maxBytes)], isFresh: true };
  }
}

/** Event for undecodable bytes, identified by their digest, so that each subscription gets one dead letter, whichever node reads it. */
function unreadable(
  bytes: Uint8Array,
  target: string | undefined,
  thrown: unknown,
  maxBytes: number,
): LaneEvent {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, DIGEST_LENGTH);
  const found = { messageId: `frame-${digest}`, name: '', kind: 'event', sentAtMs: 0 } as const;
  return { message: unreadableMessage(bytes, found, maxBytes), target, problem: toError(thrown) };
}

function eventOf(bytes: Buffer, target: string | undefined, maxBytes: number): LaneEvent {
  try {
    return { message: messages.decode(bytes), target };
  } catch (thrown) {
    return unreadable(bytes, target, thrown, maxBytes);
  }
}

/**
 * Decodes a delivered frame. `CATGA_UNSUPPORTED` for a newer version, `CATGA_SERIALIZATION` for an invalid frame. Bodies are views of the
 * bytes.
 */
export function contentOf(found: Uint8Array | LaneFrame, maxBytes = Infinity): FrameContent {
  if (found instanceof EventFrame) return found;
  const bytes = found instanceof Uint8Array ? found : found.bytes;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  reader.open(buffer, 0, buffer.length);
  if (reader.u16() !== MAGIC) throw reader.malformed('it does not begin with CL', 0);
  const version = reader.u8();
  if (version !== VERSION) {
    throw new CatgaError(
      'CATGA_UNSUPPORTED',
      `A stored frame has version ${version}; this node reads version ${VERSION}.`,
      {
        details: { version, supported: VERSION },
      },
    );
  }
  const isFresh = (reader.u8() & IS_FRESH) !== 0;
  const count = reader.u8();
  if (count > MOST_EVENTS) throw reader.malformed(`${count} events in a frame`);
  const content: LaneEvent[] = [];
  for (let index = 0; index < count; index++) {
    const target = (reader.u8() & HAS_TARGET) === 0 ? undefined : reader.text();
    const bodyBytes = reader.u32();
    const start = reader.position;
    reader.skip(bodyBytes);
    content.push(eventOf(buffer.subarray(start, start + bodyBytes), target, maxBytes));
  }
  return { content, isFresh };
}
