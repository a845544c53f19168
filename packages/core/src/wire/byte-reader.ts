import type { CatgaError } from '../errors/catga-error.js';
import { malformedFrame } from './frame-errors.js';
import { readUtf8 } from './native-text.js';
import type { TextCache } from './text-cache.js';

const TWO_TO_32 = 0x1_0000_0000;
const MAX_HIGH_HALF = 0x1f_ffff;

/** Reader of one section of a frame, front to back. Reading beyond its end throws `CATGA_SERIALIZATION`. */
export class ByteReader {
  private buffer: Buffer = Buffer.alloc(0);
  private offset = 0;
  private end = 0;

  constructor(private readonly cache: TextCache) {}

  /** Moves to another section. `end` is within the buffer. */
  open(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer;
    this.offset = start;
    this.end = end;
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.offset;
  }

  /** Number of bytes left. */
  get left(): number {
    return this.end - this.offset;
  }

  u8(): number {
    return this.buffer.readUInt8(this.take(1));
  }

  u16(): number {
    return this.buffer.readUInt16BE(this.take(2));
  }

  u32(): number {
    return this.buffer.readUInt32BE(this.take(4));
  }

  /** Unsigned integer below 2^53, in 8 bytes. */
  u64(): number {
    const high = this.u32();
    if (high > MAX_HIGH_HALF) throw this.malformed('a number of 2^53 or more');
    return high * TWO_TO_32 + this.u32();
  }

  /** Text with a 2-byte length. */
  text(): string {
    return this.textOf(this.u16());
  }

  /** Text with a 4-byte length. */
  longText(): string {
    return this.textOf(this.u32());
  }

  /** Text with a 2-byte length that other frames are likely to repeat. */
  repeatedText(): string {
    return this.repeatedTextOf(this.u16());
  }

  repeatedTextOf(bytes: number): string {
    const start = this.take(bytes);
    try {
      return this.cache.read(this.buffer, start, this.offset);
    } catch {
      throw this.malformed('text that is not UTF-8', start);
    }
  }

  /** The remaining bytes as text. */
  restAsText(): string {
    return this.textOf(this.left);
  }

  /** The remaining bytes as a view of the frame. Not a `Buffer`, whose `slice` would not copy. */
  rest(): Uint8Array {
    const { buffer, left } = this;
    return new Uint8Array(buffer.buffer, buffer.byteOffset + this.take(left), left);
  }

  /** Skips bytes. */
  skip(bytes: number): void {
    this.take(bytes);
  }

  malformed(problem: string, offset = this.offset): CatgaError {
    return malformedFrame(problem, offset);
  }

  private textOf(bytes: number): string {
    const start = this.take(bytes);
    try {
      return readUtf8(this.buffer, start, this.offset);
    } catch {
      throw this.malformed('text that is not UTF-8', start);
    }
  }

  /** Skips `bytes` bytes and returns their start. */
  private take(bytes: number): number {
    const start = this.offset;
    if (bytes > this.end - start) throw this.malformed(`${bytes} bytes expected, ${this.end - start} left`);
    this.offset = start + bytes;
    return start;
  }
}
