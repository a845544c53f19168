/**
 * What `Buffer` turns text into bytes and back with, below the methods that look up an encoding by its name: half the
 * price for the short texts that frames are full of. Every runtime that has `Buffer` has them.
 */
interface NativeText {
  utf8Write(text: string, offset: number): number;
  utf8Slice(start: number, end: number): string;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Writes a text as UTF-8 and returns how many bytes that were. There has to be room. */
export function writeUtf8(bytes: Buffer, text: string, offset: number): number {
  return (bytes as Buffer & NativeText).utf8Write(text, offset);
}

/** Text from UTF-8, a copy of its own. Throws a `TypeError` if it is not UTF-8. */
export function readUtf8(bytes: Buffer, start: number, end: number): string {
  const text = (bytes as Buffer & NativeText).utf8Slice(start, end);
  // What cannot be decoded becomes U+FFFD, which a text may also hold by right.
  return text.includes('\ufffd') ? decoder.decode(bytes.subarray(start, end)) : text;
}
