/**
 * Native UTF-8 methods of `Buffer`, below those that look up an encoding by name: half the cost for the short texts of
 * frames. Every runtime with `Buffer` has them.
 */
interface NativeText {
  utf8Write(text: string, offset: number): number;
  utf8Slice(start: number, end: number): string;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Writes text as UTF-8 and returns its size in bytes. The buffer must have room. */
export function writeUtf8(bytes: Buffer, text: string, offset: number): number {
  return (bytes as Buffer & NativeText).utf8Write(text, offset);
}

/** Text from UTF-8, as a copy. Throws a `TypeError` if it is not UTF-8. */
export function readUtf8(bytes: Buffer, start: number, end: number): string {
  const text = (bytes as Buffer & NativeText).utf8Slice(start, end);
  // Invalid bytes become U+FFFD, which valid text may contain as well.
  return text.includes('\ufffd') ? decoder.decode(bytes.subarray(start, end)) : text;
}
