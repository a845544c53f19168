import { CatgaError } from '../errors/catga-error.js';
import { writeUtf8 } from './native-text.js';
import { MAX_U16, MAX_U32 } from './frame-layout.js';

/** Texts up to this many characters are copied one by one when they are ASCII, which a call out of JavaScript is not worth. */
const SHORT_TEXT = 24;
/** A UTF-16 unit becomes at most three bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;
/** Beyond this the exact size of a text is counted rather than three bytes reserved for each character. */
const LONG_TEXT = 4_096;
/** Half of a surrogate pair, which UTF-8 has no bytes for. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const TWO_TO_32 = 0x1_0000_0000;

/** Bytes written one after another into one buffer that grows. */
export class ByteWriter {
  /** Where the next byte goes. May be set back, never forward. */
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

  /** A whole number below 2^53, in 8 bytes. */
  u64(value: number): void {
    this.u32(Math.floor(value / TWO_TO_32));
    this.u32(value % TWO_TO_32);
  }

  /** Overwrites what stands at an earlier offset. */
  u32At(offset: number, value: number): void {
    this.buffer.writeUInt32BE(value, offset);
  }

  /** A text of up to 65,535 bytes with its length in two bytes. `CATGA_SERIALIZATION` if it is longer or not Unicode. */
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

  /** A text with its length in four bytes. `CATGA_SERIALIZATION` if it is not Unicode. */
  longText(text: string): void {
    this.reserve(4 + mostBytesOf(text));
    const start = this.offset + 4;
    const bytes = this.writeText(text, start);
    this.buffer.writeUInt32BE(bytes, start - 4);
    this.offset = start + bytes;
  }

  /** A body, without its length. */
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

  /** A copy of what was written. */
  copy(): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.offset);
    this.buffer.copy(bytes, 0, 0, this.offset);
    return bytes;
  }

  /** Forgets what comes after `offset`, and lets go of a buffer above `keptBytes` that an unusual load has grown. */
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
    // Only a text beyond ASCII takes more bytes than it has characters, and only such a text can be ill-formed.
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

/** No less than a text takes as UTF-8. */
function mostBytesOf(text: string): number {
  return text.length > LONG_TEXT ? Buffer.byteLength(text) : text.length * MAX_BYTES_PER_UNIT;
}

function tooLong(): CatgaError {
  return unwritable(`a text of more than ${MAX_U16} bytes`);
}

/** The error of what has no form in a frame. */
export function unwritable(problem: string): CatgaError {
  return new CatgaError('CATGA_SERIALIZATION', `This value cannot be encoded in a frame: ${problem}.`, {
    details: { problem },
  });
}
