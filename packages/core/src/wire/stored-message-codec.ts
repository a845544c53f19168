import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import type { MessageHeaders } from '../contracts/headers.js';
import { CatgaError } from '../errors/catga-error.js';
import { recordOf } from '../errors/error-record.js';
import type { LogMessage, StoredMessage } from '../ports/stored-message.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { FORBIDDEN_KEYS } from '../contracts/forbidden-keys.js';
import { TextCache } from './text-cache.js';

/** `CM`, for Catga message. */
const MAGIC = 0x43_4d;
const VERSION = 1;

const IS_COMMAND = 0x01;
const HAS_KEY = 0x02;
const HAS_CAUSATION_ID = 0x04;
const HAS_HEADERS = 0x08;
const HAS_HISTORY = 0x10;
const HAS_CORRELATION_ID = 0x20;
const KNOWN_FLAGS = 0x3f;

/** Flags of a failure: its error has a text code; it has more fields, as JSON; failures before it are left out. */
const HAS_CODE = 0x01;
const HAS_MORE = 0x02;
const HAS_LEFT_OUT = 0x04;
const KNOWN_FAILURE_FLAGS = 0x07;

const INITIAL_BYTES = 4096;
/** Maximum size of the buffer kept after a large message, in bytes. */
const KEPT_BYTES = 65_536;
const MIN_HEADER_BYTES = 6;
const MIN_FAILURE_BYTES = 21;

/**
 * Binary format of stored messages, used by every engine that stores messages outside the process. Layout:
 * `docs/reference/wire-protocol.md`.
 */
export class StoredMessageCodec {
  private readonly writer = new ByteWriter(INITIAL_BYTES);
  private readonly reader = new ByteReader(new TextCache());

  /** Encodes a message. `CATGA_SERIALIZATION` for text that cannot be encoded. The bytes belong to the caller. */
  encode(message: LogMessage): Uint8Array {
    const { writer } = this;
    writer.rewind(0, KEPT_BYTES);
    this.write(message, writer);
    return writer.copy();
  }

  /** As {@link encode}, appended to the writer. */
  write(message: LogMessage, writer: ByteWriter): void {
    const { key, causationId, correlationId, messageId, headers, history } = message;
    const headerNames = Object.keys(headers);
    writer.u16(MAGIC);
    writer.u8(VERSION);
    writer.u8(
      (message.kind === 'command' ? IS_COMMAND : 0) |
        (key === undefined ? 0 : HAS_KEY) |
        (causationId === undefined ? 0 : HAS_CAUSATION_ID) |
        (headerNames.length === 0 ? 0 : HAS_HEADERS) |
        (history.length === 0 ? 0 : HAS_HISTORY) |
        (correlationId === messageId ? 0 : HAS_CORRELATION_ID),
    );
    writer.u64(toMoment(message.sentAtMs));
    writer.text(message.name);
    writer.text(messageId);
    writer.text(message.originNodeId);
    writer.text(message.serializer);
    if (key !== undefined) writer.text(key);
    if (correlationId !== messageId) writer.text(correlationId);
    if (causationId !== undefined) writer.text(causationId);
    if (headerNames.length > 0) writeHeaders(writer, headers, headerNames);
    if (history.length > 0) writeHistory(writer, history);
    writer.body(message.body);
  }

  /**
   * Decodes a message. `CATGA_UNSUPPORTED` for a newer version, `CATGA_SERIALIZATION` for anything else that is not a
   * stored message. The body is a view of the bytes.
   */
  decode(bytes: Uint8Array): StoredMessage {
    try {
      return this.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    } catch (thrown) {
      if (thrown instanceof CatgaError && thrown.code === 'CATGA_SERIALIZATION') throw notStored(thrown);
      throw thrown;
    }
  }

  private read(bytes: Buffer): StoredMessage {
    const { reader } = this;
    reader.open(bytes, 0, bytes.length);
    if (reader.u16() !== MAGIC) throw reader.malformed('it does not begin with CM', 0);
    const version = reader.u8();
    if (version !== VERSION) throw unsupported(version);
    const flags = reader.u8();
    if ((flags & ~KNOWN_FLAGS) !== 0) throw reader.malformed('flags that are not known');
    const sentAtMs = reader.u64();
    const name = reader.repeatedText();
    const messageId = reader.text();
    const originNodeId = reader.repeatedText();
    const serializer = reader.repeatedText();
    const key = (flags & HAS_KEY) === 0 ? undefined : reader.text();
    const correlationId = (flags & HAS_CORRELATION_ID) === 0 ? messageId : reader.text();
    const causationId = (flags & HAS_CAUSATION_ID) === 0 ? undefined : reader.text();
    const headers = (flags & HAS_HEADERS) === 0 ? {} : this.readHeaders();
    const history = (flags & HAS_HISTORY) === 0 ? [] : this.readHistory();
    const kind = (flags & IS_COMMAND) === 0 ? 'event' : 'command';
    const body = reader.rest();
    return {
      messageId,
      name,
      kind,
      body,
      serializer,
      headers,
      key,
      correlationId,
      causationId,
      originNodeId,
      sentAtMs,
      history,
    };
  }

  private readHeaders(): MessageHeaders {
    const { reader } = this;
    const count = reader.u16();
    if (count * MIN_HEADER_BYTES > reader.left) throw reader.malformed(`${count} headers do not fit`);
    const headers: Record<string, string> = {};
    for (let index = 0; index < count; index++) {
      const name = reader.repeatedText();
      const value = reader.longText();
      if (!FORBIDDEN_KEYS.has(name)) headers[name] = value;
    }
    return headers;
  }

  private readHistory(): DeadLetterFailure[] {
    const { reader } = this;
    const count = reader.u16();
    if (count * MIN_FAILURE_BYTES > reader.left) throw reader.malformed(`${count} failures do not fit`);
    return Array.from({ length: count }, () => {
      const name = reader.text();
      const message = reader.longText();
      const flags = reader.u8();
      if ((flags & ~KNOWN_FAILURE_FLAGS) !== 0)
        throw reader.malformed('flags of a failure that are not known');
      const code = (flags & HAS_CODE) === 0 ? undefined : reader.text();
      const more = (flags & HAS_MORE) === 0 ? {} : this.readMore(reader.longText());
      const attempts = reader.u32();
      const nodeId = reader.text();
      const failedAt = new Date(reader.u64());
      const error = recordOf({ name, message, ...(code !== undefined && { code }), ...more });
      if ((flags & HAS_LEFT_OUT) === 0) return { error, attempts, nodeId, failedAt };
      return { error, attempts, nodeId, failedAt, leftOut: reader.u32() };
    });
  }

  /** Further fields of a failure's error: a numeric code, a cause, nested errors. */
  private readMore(json: string): object {
    let more: unknown;
    try {
      more = JSON.parse(json);
    } catch {
      more = undefined;
    }
    if (typeof more !== 'object' || more === null) throw this.reader.malformed('a failure is not JSON');
    return more;
  }
}

function writeHeaders(writer: ByteWriter, headers: MessageHeaders, names: readonly string[]): void {
  writer.u16(names.length);
  for (const name of names) {
    writer.text(name);
    writer.longText(headers[name] ?? '');
  }
}

function writeHistory(writer: ByteWriter, history: readonly DeadLetterFailure[]): void {
  writer.u16(history.length);
  for (const { error, attempts, nodeId, failedAt, leftOut = 0 } of history) {
    const { name, message, code, ...held } = recordOf(error);
    const more = typeof code === 'number' ? { code, ...held } : held;
    const hasMore = Object.keys(more).length > 0;
    writer.text(name);
    writer.longText(message);
    writer.u8(
      (typeof code === 'string' ? HAS_CODE : 0) | (hasMore ? HAS_MORE : 0) | (leftOut > 0 ? HAS_LEFT_OUT : 0),
    );
    if (typeof code === 'string') writer.text(code);
    if (hasMore) writer.longText(JSON.stringify(more));
    writer.u32(attempts);
    writer.text(nodeId);
    writer.u64(toMoment(failedAt.getTime()));
    if (leftOut > 0) writer.u32(leftOut);
  }
}

/** Whole milliseconds since 1970. */
function toMoment(ms: number): number {
  return ms > 0 ? Math.floor(ms) : 0;
}

function notStored(thrown: CatgaError): CatgaError {
  const { problem } = thrown.details;
  return new CatgaError('CATGA_SERIALIZATION', `The stored message is malformed: ${String(problem)}.`, {
    details: thrown.details,
  });
}

function unsupported(version: number): CatgaError {
  return new CatgaError(
    'CATGA_UNSUPPORTED',
    `A stored message has version ${version}; this node reads version ${VERSION}. Use one protocol version on all nodes of the namespace.`,
    { details: { version, supported: VERSION } },
  );
}
