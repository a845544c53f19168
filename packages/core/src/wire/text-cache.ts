import { readUtf8 } from './native-text.js';

/** Maximum size of a cached text, in bytes. */
const MAX_TEXT_BYTES = 64;
const SLOTS = 256;
/** Number of bytes sampled for the hash. */
const SAMPLES = 8;

/**
 * Cache of repeated texts, such as message and header names: each is decoded once and then found by its bytes. Bounded;
 * a text replaces another one in the same slot.
 */
export class TextCache {
  private readonly slots: (string | undefined)[] = Array.from({ length: SLOTS });

  /** Text from UTF-8. Throws a `TypeError` if it is not UTF-8. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > MAX_TEXT_BYTES) return readUtf8(bytes, start, end);
    const step = Math.ceil(length / SAMPLES);
    let hash = length;
    // Samples from the end, where names of one family differ.
    for (let index = end - 1; index >= start; index -= step) hash = Math.imul(hash, 31) + (bytes[index] ?? 0);
    const slot = hash & (SLOTS - 1);
    const known = this.slots[slot];
    if (known !== undefined && known.length === length && isAsciiOf(known, bytes, start)) return known;
    return (this.slots[slot] = readUtf8(bytes, start, end));
  }
}

/** Whether the text is ASCII and has these bytes. */
function isAsciiOf(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f || unit !== bytes[start + index]) return false;
  }
  return true;
}
