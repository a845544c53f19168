import { CatgaError } from '../errors/catga-error.js';
import { writeUtf8 } from './native-text.js';
import { MAX_U16, MAX_U32 } from './frame-layout.js';

/** Up to this many characters, ASCII text is copied in JavaScript, which is faster than a native call. */
const SHORT_TEXT = 24;
/** Maximum UTF-8 bytes of a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;
/** Above this many characters, the exact size is counted instead of reserving three bytes for each. */
const LONG_TEXT = 4_096;
/** A lone surrogate (half of a surrogate pair) has no UTF-8 encoding. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const TWO_TO_32 = 0x1_0000_0000;

/** Writer into one growing buffer. */
export class ByteWriter {
  /** Offset of the next byte. May be set back, never forward. */
  offset = 0;
  private buffer: Buffer;

  constructor(private readonly initialBytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes);
  }

  u8(value: number): void {
    this.reserve(1);
    this.buffer[this.offset++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.offset = this.buffer.writeUInt16BE(value, this.offset);
  }

  u32(value: number): void {
    this.reserve(4);
    this.offset = this.buffer.writeUInt32BE(value, this.offset);
  }

  /** Unsigned integer below 2^53, in 8 bytes. */
  u64(value: number): void {
    this.u32(Math.floor(value / TWO_TO_32));
    this.u32(value % TWO_TO_32);
  }

  /** Overwrites four bytes at an earlier offset. */
  u32At(offset: number, value: number): void {
    this.buffer.writeUInt32BE(value, offset);
  }

  /** Text of up to 65,535 bytes with a 2-byte length. `CATGA_SERIALIZATION` if it is longer or not Unicode. */
  text(text: string): void {
    if (text.length > MAX_U16) throw tooLong();
    this.reserve(2 + text.length * MAX_BYTES_PER_UNIT);
    const start = this.offset + 2;
    const bytes = this.writeText(text, start);
    if (bytes > MAX_U16) throw tooLong();
    this.buffer[start - 2] = bytes >>> 8;
    this.buffer[start - 1] = bytes;
    this.offset = start + bytes;
  }

  /** Text with a 4-byte length. `CATGA_SERIALIZATION` if it is not Unicode. */
  longText(text: string): void {
    this.reserve(4 + mostBytesOf(text));
    const start = this.offset + 4;
    const bytes = this.writeText(text, start);
    this.buffer.writeUInt32BE(bytes, start - 4);
    this.offset = start + bytes;
  }

  /** Body without a length. */
  body(body: string | Uint8Array): void {
    if (typeof body === 'string') {
      this.reserve(mostBytesOf(body));
      this.offset += writeUtf8(this.buffer, body, this.offset);
      return;
    }
    this.reserve(body.byteLength);
    this.buffer.set(body, this.offset);
    this.offset += body.byteLength;
  }

  /** Copy of the bytes written. */
  copy(): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.offset);
    this.buffer.copy(bytes, 0, 0, this.offset);
    return bytes;
  }

  /** Discards everything from `offset` on, and shrinks a buffer that grew beyond `keptBytes`. */
  rewind(offset: number, keptBytes: number): void {
    this.offset = offset;
    if (this.buffer.length > Math.max(keptBytes, this.initialBytes, offset)) {
      this.resize(Math.max(this.initialBytes, offset));
    }
  }

  private writeText(text: string, start: number): number {
    const { length } = text;
    if (length <= SHORT_TEXT && this.writeAscii(text, start)) return length;
    const bytes = writeUtf8(this.buffer, text, start);
    // Only non-ASCII text takes more bytes than characters, and only such text can be ill-formed.
    if (bytes !== length && LONE_SURROGATE.test(text)) throw unwritable('a text with half a surrogate pair');
    return bytes;
  }

  private writeAscii(text: string, start: number): boolean {
    const { buffer } = this;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) return false;
      buffer[start + index] = unit;
    }
    return true;
  }

  private reserve(bytes: number): void {
    const needed = this.offset + bytes;
    if (needed > this.buffer.length) this.resize(Math.max(needed, this.buffer.length * 2));
  }

  private resize(bytes: number): void {
    if (bytes > MAX_U32) throw unwritable('more bytes than a frame can have');
    const larger = Buffer.allocUnsafeSlow(bytes);
    this.buffer.copy(larger, 0, 0, this.offset);
    this.buffer = larger;
  }
}

/** Upper bound of a text's size in UTF-8. */
function mostBytesOf(text: string): number {
  return text.length > LONG_TEXT ? Buffer.byteLength(text) : text.length * MAX_BYTES_PER_UNIT;
}

function tooLong(): CatgaError {
  return unwritable(`a text of more than ${MAX_U16} bytes`);
}

/** Error for a value that a frame cannot encode. */
export function unwritable(problem: string): CatgaError {
  return new CatgaError('CATGA_SERIALIZATION', `This value cannot be encoded in a frame: ${problem}.`, {
    details: { problem },
  });
}
