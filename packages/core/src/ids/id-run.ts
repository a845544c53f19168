/** Which of a 64-bit element's two 32-bit words comes first is the machine's choice. */
const LOW_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
const HIGH_WORD = 1 - LOW_WORD;

/**
 * Writes ids that follow one another, from `low` upwards under one `high`, as 32-bit words: a bigint per element
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
