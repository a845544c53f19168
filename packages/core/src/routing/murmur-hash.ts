/**
 * MurmurHash3 (x86, 32 bits) of a text's UTF-8 bytes, by Austin Appleby: well distributed, the same in every language,
 * but not resistant to intended collisions.
 */
export function murmurHash(text: string, seed = 0): number {
  let hash = seed | 0;
  let block = 0;
  let shift = 0;
  const { length } = text;
  // ASCII, as in nearly every key and id, needs no encoding.
  for (let place = 0; place < length; place++) {
    const code = text.charCodeAt(place);
    if (code >= 0x80) return hashBytes(new TextEncoder().encode(text), seed);
    block |= code << shift;
    shift += 8;
    if (shift === 32) {
      hash = mixIn(hash, block);
      block = 0;
      shift = 0;
    }
  }
  return finalMix((shift === 0 ? hash : hash ^ scramble(block)) ^ length);
}

function hashBytes(bytes: Uint8Array, seed: number): number {
  let hash = seed | 0;
  let block = 0;
  let shift = 0;
  for (const byte of bytes) {
    block |= byte << shift;
    shift += 8;
    if (shift === 32) {
      hash = mixIn(hash, block);
      block = 0;
      shift = 0;
    }
  }
  return finalMix((shift === 0 ? hash : hash ^ scramble(block)) ^ bytes.length);
}

/** MurmurHash3's finalizer: every bit of the input changes about half of the bits of the result. */
export function finalMix(bits: number): number {
  let mixed = bits ^ (bits >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function scramble(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function mixIn(hash: number, block: number): number {
  const mixed = hash ^ scramble(block);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}
