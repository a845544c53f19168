import { CatgaIds } from '@catga/core';
import type { UniquenessResult } from '../report/report.js';

const BATCH = 65_536;

/** Of each batch so many are made one by one, and the rest by `fill`: no way of making ids may repeat another's. */
const ONE_BY_ONE = 1_024;

/**
 * Makes so many ids in every way and checks that each is greater than the one before; what only ascends never repeats.
 * @throws Error at the first id that does not ascend
 */
export function proveUnique(count: number): UniquenessResult {
  const start = performance.now();
  const ids = new CatgaIds();
  const batch = new BigUint64Array(BATCH);
  const halves = new Uint32Array(batch.buffer);
  let high = 0;
  let low = 0;
  for (let made = 0; made < count; made += BATCH) {
    const size = Math.min(BATCH, count - made);
    const single = Math.min(ONE_BY_ONE, size);
    for (let index = 0; index < single; index++) {
      batch[index] = index % 2 === 0 ? ids.nextBigInt() : CatgaIds.toBigInt(ids.next());
    }
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- not an array's fill
    ids.fill(batch, single, size);
    // Little-endian halves: comparing numbers is far quicker than comparing bigints.
    for (let index = 0; index < 2 * size; index += 2) {
      const nextLow = halves[index] ?? 0;
      const nextHigh = halves[index + 1] ?? 0;
      if (nextHigh < high || (nextHigh === high && nextLow <= low)) {
        throw new Error(`Id ${made + index / 2} does not ascend: ${batch[index / 2]}.`);
      }
      high = nextHigh;
      low = nextLow;
    }
  }
  return { ids: count, seconds: (performance.now() - start) / 1000 };
}
