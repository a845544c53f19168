import { CatgaError } from '../errors/catga-error.js';
import type { NodeAddress } from '../ports/links.js';
import { ByteWriter, unwritable } from './byte-writer.js';
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
  MAX_U16,
  MAX_U32,
  MAX_U8,
  NO_DEADLINE,
  PROTOCOL_VERSION,
  RECORD_HEADER_BYTES,
  RECORD_KIND,
  TO_NODE_HANDLERS,
  TO_SERVICE_HANDLERS,
} from './frame-layout.js';
import type { ReplyStatus } from './frame-layout.js';
import type { EventRecord, FrameBody, OptionalFields, RequestRecord } from './frame-records.js';

/** Initial size of the buffer, in bytes. */
const INITIAL_BYTES = 2_048;
/** Maximum size of the buffer kept between two frames, in bytes. */
const KEPT_BYTES = 131_072;
const EMPTY = new Uint8Array(0);

/**
 * Collects records for one node and builds frames.
 *
 * A record is written as a whole or not at all: `false` means that it does not fit, and that the frame must be finished
 * first. Throws `CATGA_PAYLOAD_TOO_LARGE` for a record that no frame can hold, and `CATGA_SERIALIZATION` for a text
 * longer than 65,535 bytes or with a lone surrogate; the frame then stays unchanged.
 */
export class FrameWriter {
  private readonly bytes = new ByteWriter(INITIAL_BYTES);
  /** End of the header. */
  private readonly emptyBytes: number;
  /** End of the last complete record; a failed record after it is overwritten. */
  private end: number;
  private records = 0;

  constructor(
    serializer: string,
    sender: NodeAddress,
    receiver: NodeAddress,
    /** Maximum size of a frame, in bytes. */
    private readonly maxBytes: number = MAX_U32,
  ) {
    this.writeHeader(serializer, sender, receiver);
    this.emptyBytes = this.end = this.bytes.offset;
  }

  /** Current size of the frame, header included, in bytes. */
  get byteLength(): number {
    return this.end;
  }

  /** Number of records in the frame. */
  get count(): number {
    return this.records;
  }

  request(record: RequestRecord<FrameBody>): boolean {
    const { bytes } = this;
    const { previous } = record;
    const hasPrevious = previous !== undefined && previous.length > 0;
    this.begin(RECORD_KIND.request);
    bytes.u32(record.correlation);
    bytes.u8(record.qos);
    bytes.u8(
      optionalBits(record) |
        (hasPrevious ? HAS_PREVIOUS : 0) |
        (record.isRetransmission ? IS_RETRANSMISSION : 0),
    );
    bytes.u8(Math.min(record.attempt, MAX_U8));
    bytes.u32(remaining(record.remainingMs));
    bytes.text(record.name);
    this.optional(record);
    if (hasPrevious) this.addresses(previous);
    bytes.body(record.body);
    return this.commit(record.name);
  }

  /** `body` is omitted for `ReplyStatus.Running`. */
  reply(correlation: number, status: ReplyStatus, body: FrameBody = EMPTY): boolean {
    this.begin(RECORD_KIND.reply);
    this.bytes.u32(correlation);
    this.bytes.u8(status);
    this.bytes.body(body);
    return this.commit('The reply');
  }

  cancel(correlation: number): boolean {
    this.begin(RECORD_KIND.cancel);
    this.bytes.u32(correlation);
    return this.commit('A cancellation');
  }

  event(record: EventRecord<FrameBody>): boolean {
    const { bytes } = this;
    this.begin(RECORD_KIND.event);
    bytes.u8(
      optionalBits(record) |
        (record.toServiceHandlers ? TO_SERVICE_HANDLERS : 0) |
        (record.toNodeHandlers ? TO_NODE_HANDLERS : 0),
    );
    bytes.text(record.name);
    this.optional(record);
    bytes.body(record.body);
    return this.commit(record.name);
  }

  /**
   * Finishes the frame. The bytes belong to the caller; the writer is empty again.
   * @param sequence of this frame, below 2^32
   * @param acknowledged latest sequence number received from the peer, below 2^32
   * @param acknowledgedCount number of consecutive frames received, up to and including that one; 0 says nothing
   */
  finish(sequence: number, acknowledged: number, acknowledgedCount = 0): Uint8Array {
    const { bytes } = this;
    bytes.offset = this.end;
    bytes.u32At(HEADER_OFFSET.sequence, sequence);
    bytes.u32At(HEADER_OFFSET.acknowledged, acknowledged);
    bytes.u32At(HEADER_OFFSET.acknowledgedCount, acknowledgedCount);
    bytes.u32At(HEADER_OFFSET.recordCount, this.records);
    const frame = bytes.copy();
    bytes.rewind(this.emptyBytes, KEPT_BYTES);
    this.end = this.emptyBytes;
    this.records = 0;
    return frame;
  }

  private writeHeader(serializer: string, sender: NodeAddress, receiver: NodeAddress): void {
    const { bytes } = this;
    const serializerBytes = Buffer.from(serializer);
    const senderBytes = Buffer.from(sender.nodeId);
    if (serializerBytes.length > MAX_U8) throw unwritable(`a serializer's name of more than ${MAX_U8} bytes`);
    if (senderBytes.length > MAX_U16) throw unwritable(`a node id of more than ${MAX_U16} bytes`);
    bytes.u16(MAGIC);
    bytes.u8(PROTOCOL_VERSION);
    bytes.u8(serializerBytes.length);
    bytes.u32(0); // Sequence, acknowledgement, its count and the record count are filled in by `finish`.
    bytes.u32(0);
    bytes.u32(0);
    bytes.u32(0);
    bytes.u64(sender.incarnation);
    bytes.u64(receiver.incarnation);
    bytes.u16(senderBytes.length);
    bytes.body(serializerBytes);
    bytes.body(senderBytes);
  }

  private begin(kind: number): void {
    this.bytes.offset = this.end;
    this.bytes.u8(kind);
    this.bytes.u32(0);
  }

  private commit(name: string): boolean {
    const { bytes, end } = this;
    const { offset } = bytes;
    if (offset > this.maxBytes) {
      if (this.records > 0) return false;
      bytes.rewind(this.emptyBytes, KEPT_BYTES);
      throw new CatgaError(
        'CATGA_PAYLOAD_TOO_LARGE',
        `${name} needs a frame of ${offset} bytes; the engine allows ${this.maxBytes}.`,
        { details: { name, bytes: offset, maxFrameBytes: this.maxBytes } },
      );
    }
    bytes.u32At(end + 1, offset - end - RECORD_HEADER_BYTES);
    this.end = offset;
    this.records++;
    return true;
  }

  private addresses(addresses: readonly NodeAddress[]): void {
    this.bytes.u16(addresses.length);
    for (const { nodeId, incarnation } of addresses) {
      this.bytes.text(nodeId);
      this.bytes.u64(incarnation);
    }
  }

  private optional(fields: OptionalFields): void {
    const { bytes } = this;
    if (fields.messageId !== undefined) bytes.text(fields.messageId);
    if (fields.key !== undefined) bytes.text(fields.key);
    if (fields.correlationId !== undefined) bytes.text(fields.correlationId);
    if (fields.causationId !== undefined) bytes.text(fields.causationId);
    if (fields.headers === undefined) return;
    const names = Object.keys(fields.headers);
    if (names.length === 0) return;
    bytes.u16(names.length);
    for (const name of names) {
      bytes.text(name);
      bytes.longText(fields.headers[name] ?? '');
    }
  }
}

function optionalBits(fields: OptionalFields): number {
  return (
    (fields.messageId === undefined ? 0 : HAS_MESSAGE_ID) |
    (fields.key === undefined ? 0 : HAS_KEY) |
    (fields.correlationId === undefined ? 0 : HAS_CORRELATION_ID) |
    (fields.causationId === undefined ? 0 : HAS_CAUSATION_ID) |
    (fields.headers === undefined || isEmpty(fields.headers) ? 0 : HAS_HEADERS)
  );
}

function isEmpty(headers: object): boolean {
  for (const name in headers) if (Object.hasOwn(headers, name)) return false;
  return true;
}

/** Rounded up, so that the receiver does not give up before the requester. */
function remaining(ms: number | undefined): number {
  return ms === undefined ? NO_DEADLINE : Math.min(Math.max(Math.ceil(ms), 0), NO_DEADLINE - 1);
}
