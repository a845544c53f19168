/** Longer texts are not worth keeping. */
const MAX_TEXT_BYTES = 64;
const SLOTS = 256;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text from UTF-8, a copy of its own. Throws a `TypeError` if it is not UTF-8. */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  // What cannot be decoded becomes U+FFFD, which a text may also hold by right.
  return text.includes('\ufffd') ? decoder.decode(bytes.subarray(start, end)) : text;
}

/**
 * Texts that come again and again, such as the names of messages and headers: each is decoded once and then found by
 * its bytes. Bounded; a text that falls on the slot of another takes it over.
 */
export class TextCache {
  private readonly slots: (string | undefined)[] = Array.from({ length: SLOTS });

  /** As {@link decodeText}. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > MAX_TEXT_BYTES) return decodeText(bytes, start, end);
    let hash = length;
    for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + (bytes[index] ?? 0)) | 0;
    const slot = hash & (SLOTS - 1);
    const known = this.slots[slot];
    if (known !== undefined && known.length === length && isAsciiOf(known, bytes, start)) return known;
    const text = decodeText(bytes, start, end);
    this.slots[slot] = text;
    return text;
  }
}

function isAsciiOf(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const byte = bytes[start + index] ?? 0;
    if (byte > 0x7f || text.charCodeAt(index) !== byte) return false;
  }
  return true;
}
