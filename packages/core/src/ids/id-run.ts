/** Order of the two 32-bit words of a 64-bit element (endianness). */
const LOW_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
const HIGH_WORD = 1 - LOW_WORD;

/**
 * Writes consecutive ids, from `low` upwards with one `high`, as 32-bit words: a bigint per element
 * would cost several times as much.
 */
export function writeRun(
  target: BigUint64Array,
  from: number,
  count: number,
  high: number,
  low: number,
): void {
  const words = new Uint32Array(
    target.buffer,
    target.byteOffset + from * target.BYTES_PER_ELEMENT,
    count * 2,
  );
  for (let index = 0; index < count; index++) {
    words[2 * index + LOW_WORD] = low + index;
    words[2 * index + HIGH_WORD] = high;
  }
}
