import type { MessageHeaders } from '../contracts/headers.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';
import type { NodeAddress } from '../ports/links.js';
import { ByteReader } from './byte-reader.js';
import { FORBIDDEN_KEYS } from '../contracts/forbidden-keys.js';
import { malformedFrame, unsupportedVersion } from './frame-errors.js';
import {
  HAS_CAUSATION_ID,
  HAS_CORRELATION_ID,
  HAS_HEADERS,
  HAS_KEY,
  HAS_MESSAGE_ID,
  HAS_PREVIOUS,
  HEADER_OFFSET,
  IS_RETRANSMISSION,
  MAGIC,
  NO_DEADLINE,
  PROTOCOL_VERSION,
  RECORD_HEADER_BYTES,
  RECORD_KIND,
  RESERVED_BITS,
  ReplyStatus,
  TO_NODE_HANDLERS,
  TO_SERVICE_HANDLERS,
} from './frame-layout.js';
import type { EventRecord, FrameBody, FrameHeader, FrameVisitors, RequestRecord } from './frame-records.js';
import { TextCache } from './text-cache.js';

/** Minimum size of a header: empty name and empty value, each with its length. */
const MIN_HEADER_BYTES = 6;
/** Minimum size of a node id with its incarnation. */
const MIN_ADDRESS_BYTES = 10;

/** Bodies as views of the frame: copy a body to keep it, or the whole frame stays in memory. */
export const bytesBody = (record: ByteReader): Uint8Array => record.rest();
/** Bodies as text, for text serializers. A frame with a body that is not UTF-8 is refused. */
export const textBody = (record: ByteReader): string => record.restAsText();

/**
 * Frame reader. No length in a frame is trusted; bytes that are not a frame of this protocol throw
 * `CATGA_SERIALIZATION`, another protocol version throws `CATGA_UNSUPPORTED`.
 */
export class FrameReader<Body extends FrameBody> {
  private readonly bytes = new ByteReader(new TextCache());

  /** @param body {@link bytesBody} or {@link textBody} */
  constructor(private readonly body: (record: ByteReader) => Body) {}

  /** Header of a frame. Its records are not checked yet. */
  header(frame: Uint8Array): FrameHeader {
    const { bytes } = this;
    const buffer = asBuffer(frame);
    bytes.open(buffer, 0, buffer.length);
    if (buffer.length < HEADER_OFFSET.serializerLength || bytes.u16() !== MAGIC) {
      throw malformedFrame('not a frame of Catga', 0);
    }
    const version = bytes.u8();
    if (version !== PROTOCOL_VERSION) throw unsupportedVersion(version);
    const serializerBytes = bytes.u8();
    const sequence = bytes.u32();
    const acknowledged = bytes.u32();
    const acknowledgedCount = bytes.u32();
    const recordCount = bytes.u32();
    const incarnation = bytes.u64();
    const receiverIncarnation = bytes.u64();
    const senderIdBytes = bytes.u16();
    const serializer = bytes.repeatedTextOf(serializerBytes);
    const sender = { nodeId: bytes.repeatedTextOf(senderIdBytes), incarnation };
    const recordsOffset = bytes.position;
    return {
      serializer,
      sender,
      receiverIncarnation,
      sequence,
      acknowledged,
      acknowledgedCount,
      recordCount,
      recordsOffset,
    };
  }

  /**
   * Passes the records of a frame to the visitors. Kinds and bounds of all records are checked first; an error inside a
   * record is thrown after the records before it were passed on.
   * @param header result of {@link header} for this frame
   */
  records(frame: Uint8Array, header: FrameHeader, to: FrameVisitors<Body>): void {
    const buffer = asBuffer(frame);
    checkBounds(buffer, header);
    let start = header.recordsOffset;
    for (let index = 0; index < header.recordCount; index++) {
      const kind = buffer.readUInt8(start);
      const end = start + RECORD_HEADER_BYTES + buffer.readUInt32BE(start + 1);
      this.bytes.open(buffer, start + RECORD_HEADER_BYTES, end);
      this.record(kind, to, header.sender);
      start = end;
    }
  }

  /** A record is read completely before the visitor is called, so a visitor may read other frames with this reader. */
  private record(
    kind: number,
    { requests, replies, events }: FrameVisitors<Body>,
    sender: NodeAddress,
  ): void {
    switch (kind) {
      case RECORD_KIND.request:
        requests.request(this.request());
        return;
      case RECORD_KIND.reply: {
        const correlation = this.bytes.u32();
        replies.reply(correlation, this.replyStatus(), this.body(this.bytes), sender);
        return;
      }
      case RECORD_KIND.cancel: {
        const correlation = this.bytes.u32();
        if (this.bytes.left > 0) throw this.bytes.malformed('a cancellation with a body');
        requests.cancel(correlation);
        return;
      }
      default: // An event: frames with other kinds were refused.
        events.event(this.event(), sender);
    }
  }

  private request(): RequestRecord<Body> {
    const { bytes } = this;
    const correlation = bytes.u32();
    const qos = bytes.u8();
    if (!isQualityOfService(qos)) throw bytes.malformed(`quality of service ${qos}`);
    const flags = this.flags();
    const attempt = bytes.u8();
    if (attempt === 0) throw bytes.malformed('attempt 0');
    const remainingMs = bytes.u32();
    return {
      correlation,
      name: bytes.repeatedText(),
      qos,
      attempt,
      isRetransmission: (flags & IS_RETRANSMISSION) !== 0,
      remainingMs: remainingMs === NO_DEADLINE ? undefined : remainingMs,
      messageId: (flags & HAS_MESSAGE_ID) === 0 ? undefined : bytes.text(),
      key: (flags & HAS_KEY) === 0 ? undefined : bytes.text(),
      correlationId: (flags & HAS_CORRELATION_ID) === 0 ? undefined : bytes.text(),
      causationId: (flags & HAS_CAUSATION_ID) === 0 ? undefined : bytes.text(),
      headers: (flags & HAS_HEADERS) === 0 ? undefined : this.headers(),
      previous: (flags & HAS_PREVIOUS) === 0 ? undefined : this.addresses(),
      body: this.body(this.bytes),
    };
  }

  private event(): EventRecord<Body> {
    const { bytes } = this;
    const flags = this.flags();
    return {
      name: bytes.repeatedText(),
      toServiceHandlers: (flags & TO_SERVICE_HANDLERS) !== 0,
      toNodeHandlers: (flags & TO_NODE_HANDLERS) !== 0,
      messageId: (flags & HAS_MESSAGE_ID) === 0 ? undefined : bytes.text(),
      key: (flags & HAS_KEY) === 0 ? undefined : bytes.text(),
      correlationId: (flags & HAS_CORRELATION_ID) === 0 ? undefined : bytes.text(),
      causationId: (flags & HAS_CAUSATION_ID) === 0 ? undefined : bytes.text(),
      headers: (flags & HAS_HEADERS) === 0 ? undefined : this.headers(),
      body: this.body(this.bytes),
    };
  }

  private replyStatus(): ReplyStatus {
    const { bytes } = this;
    const status = bytes.u8();
    if (!isReplyStatus(status)) throw bytes.malformed(`replies of status ${status} are not known`);
    if (status === ReplyStatus.Running && bytes.left > 0) throw bytes.malformed("'running' with a body");
    return status;
  }

  private flags(): number {
    const flags = this.bytes.u8();
    if ((flags & RESERVED_BITS) !== 0) throw this.bytes.malformed('an unknown flag');
    return flags;
  }

  private addresses(): readonly NodeAddress[] {
    const { bytes } = this;
    const count = bytes.u16();
    if (count * MIN_ADDRESS_BYTES > bytes.left) throw bytes.malformed(`${count} addresses do not fit`);
    const addresses: NodeAddress[] = [];
    for (let index = 0; index < count; index++) {
      addresses.push({ nodeId: bytes.repeatedText(), incarnation: bytes.u64() });
    }
    return addresses;
  }

  private headers(): MessageHeaders {
    const { bytes } = this;
    const count = bytes.u16();
    if (count === 0) throw bytes.malformed('headers announced, none there');
    if (count * MIN_HEADER_BYTES > bytes.left) throw bytes.malformed(`${count} headers do not fit`);
    const headers: Record<string, string> = {};
    for (let index = 0; index < count; index++) {
      const name = bytes.repeatedText();
      const value = bytes.longText();
      if (Object.hasOwn(headers, name)) throw bytes.malformed('two headers of one name');
      if (!FORBIDDEN_KEYS.has(name)) headers[name] = value;
    }
    return headers;
  }
}

/** Checks all records: each must be of a known kind and within the frame, and the last must end at its end. */
function checkBounds(buffer: Buffer, { recordsOffset, recordCount }: FrameHeader): void {
  let offset = recordsOffset;
  for (let index = 0; index < recordCount; index++) {
    if (offset + RECORD_HEADER_BYTES > buffer.length) {
      throw malformedFrame(`${recordCount} records announced, ${index} there`, offset);
    }
    const kind = buffer.readUInt8(offset);
    if (kind < RECORD_KIND.request || kind > RECORD_KIND.event) {
      throw malformedFrame(`records of kind ${kind} are not known`, offset);
    }
    const bytes = buffer.readUInt32BE(offset + 1);
    const start = offset + RECORD_HEADER_BYTES;
    if (bytes > buffer.length - start) {
      throw malformedFrame(`a record of ${bytes} bytes, ${buffer.length - start} left`, offset);
    }
    offset = start + bytes;
  }
  if (offset !== buffer.length) {
    throw malformedFrame(`${buffer.length - offset} bytes after the last record`, offset);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isQualityOfService(value: number): value is QualityOfService {
  return value < 3;
}

function isReplyStatus(value: number): value is ReplyStatus {
  return value <= ReplyStatus.Refused;
}
