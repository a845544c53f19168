const SLOTS = 16_384;

/**
 * Key prefix of each lane, with its own hash tag. Hash tags are chosen so that the slots of the lanes are evenly spaced: shards own ranges
 * of slots, so each gets about the same number of lanes.
 */
export function laneKeys(namespace: string, lanes: number): readonly string[] {
  return Array.from({ length: lanes }, (_, lane) => {
    for (let salt = 0; ; salt++) {
      const tag = `${namespace}:lane:${lane}${salt === 0 ? '' : `.${salt}`}`;
      if (Math.floor((slotOf(tag) * lanes) / SLOTS) === lane) return `{${tag}}`;
    }
  });
}

/** Slot of a hash tag: CRC16 with the polynomial 0x1021 (Redis Cluster specification, keys distribution model). */
export function slotOf(tag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc % SLOTS;
}
