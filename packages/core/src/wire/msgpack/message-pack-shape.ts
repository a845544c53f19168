import { isUtf8 } from 'node:buffer';
import { FORBIDDEN_KEYS } from '../../contracts/forbidden-keys.js';
import { MAX_DEPTH } from './carried-values.js';

/** The only allowed extension type: a timestamp. */
const TIMESTAMP = 0xff;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const FORBIDDEN = Array.from(FORBIDDEN_KEYS, (key) => Buffer.from(key));

/**
 * Validates untrusted bytes before decoding: one value, text in UTF-8, text as map keys, timestamps as the only
 * extension, no length beyond the input, limited nesting. The packer alone trusts lengths, and has extensions that
 * create code, regular expressions and references.
 *
 * @returns whether a key leads to a prototype
 * @throws TypeError for invalid bytes
 */
export function checkMessagePack(bytes: Uint8Array): boolean {
  const shape = new MessagePackShape(
    Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  );
  shape.value(0);
  shape.end();
  return shape.hasForbiddenKeys;
}

/** Up to this many bytes, text is checked faster here than by a native call. */
const SHORT = 64;

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if ((bytes[index] ?? 0) >= 0x80) return false;
  return true;
}

class MessagePackShape {
  hasForbiddenKeys = false;
  private position = 0;

  constructor(private readonly bytes: Buffer) {}

  /** Checks one value. */
  value(depth: number): void {
    if (depth > MAX_DEPTH) throw this.malformed(`nested more than ${MAX_DEPTH} deep`);
    const token = this.byte();
    if (token < 0x80 || token >= 0xe0) return; // small integers
    if (token < 0x90) return this.map(token & 0x0f, depth);
    if (token < 0xa0) return this.list(token & 0x0f, depth);
    if (token < 0xc0) return this.text(token & 0x1f);
    if (token >= 0xc4 && token <= 0xc6) return this.skip(this.number(1 << (token - 0xc4))); // bytes
    if (token >= 0xca && token <= 0xcb) return this.skip(token === 0xca ? 4 : 8); // floating point
    if (token >= 0xcc && token <= 0xd3) return this.skip(1 << ((token - 0xcc) & 3)); // integers
    if (token >= 0xd9 && token <= 0xdb) return this.text(this.number(1 << (token - 0xd9)));
    switch (token) {
      case 0xc0: // null
      case 0xc2: // false
      case 0xc3: // true
        return;
      case 0xc7:
        return this.moment(this.number(1), 12);
      case 0xd6:
        return this.moment(4, 4);
      case 0xd7:
        return this.moment(8, 8);
      case 0xdc:
        return this.list(this.number(2), depth);
      case 0xdd:
        return this.list(this.number(4), depth);
      case 0xde:
        return this.map(this.number(2), depth);
      case 0xdf:
        return this.map(this.number(4), depth);
      default:
        throw this.malformed(`0x${token.toString(16)} is not known`);
    }
  }

  /** Checks that nothing follows. */
  end(): void {
    if (this.position !== this.bytes.length) throw this.malformed('there are bytes after the value');
  }

  private list(count: number, depth: number): void {
    this.expectRoomFor(count);
    for (let index = 0; index < count; index++) this.value(depth + 1);
  }

  private map(count: number, depth: number): void {
    this.expectRoomFor(count * 2);
    for (let index = 0; index < count; index++) {
      this.key();
      this.value(depth + 1);
    }
  }

  private key(): void {
    const token = this.byte();
    const isShort = token >= 0xa0 && token < 0xc0;
    if (!isShort && (token < 0xd9 || token > 0xdb)) throw this.malformed('a key is not text');
    const length = isShort ? token & 0x1f : this.number(1 << (token - 0xd9));
    const start = this.position;
    this.text(length);
    this.hasForbiddenKeys ||= FORBIDDEN.some(
      (key) => key.length === length && key.compare(this.bytes, start, this.position) === 0,
    );
  }

  private text(length: number): void {
    const start = this.position;
    this.skip(length);
    if (length <= SHORT && isAscii(this.bytes, start, this.position)) return;
    const text = this.bytes.subarray(start, this.position);
    if (!isUtf8(text)) throw this.malformed('a text is not UTF-8');
    if (text[0] === BYTE_ORDER_MARK[0] && text.indexOf(BYTE_ORDER_MARK) === 0)
      throw this.malformed('a text begins with a byte order mark');
  }

  private moment(length: number, expected: number): void {
    const type = this.number(1);
    if (type !== TIMESTAMP || length !== expected) throw this.malformed(`extension ${type} is not known`);
    this.skip(length);
  }

  private byte(): number {
    const byte = this.bytes[this.position];
    if (byte === undefined) throw this.malformed('the value is cut off');
    this.position++;
    return byte;
  }

  /** Unsigned integer. */
  private number(size: number): number {
    this.skip(size);
    return this.bytes.readUIntBE(this.position - size, size);
  }

  private skip(length: number): void {
    this.expectRoomFor(length);
    this.position += length;
  }

  private expectRoomFor(length: number): void {
    if (length > this.bytes.length - this.position) throw this.malformed(`${length} bytes are not there`);
  }

  private malformed(problem: string): TypeError {
    return new TypeError(`Not MessagePack at byte ${this.position}: ${problem}.`);
  }
}
