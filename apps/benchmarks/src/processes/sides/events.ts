import { monotonicMs } from './monotonic.js';
import type { RequestingSide } from '../peers/peer.js';
import type { LoadResult } from './protocol.js';

const IN_A_TURN = 1000;

/** Publishes so many. The other side says when it has counted them. */
export async function events(side: RequestingSide, nextId: () => number, count: number): Promise<LoadResult> {
  if (side.publish === undefined) throw new Error('This contender has no events.');
  const startMs = monotonicMs();
  for (let published = 0; published < count;) {
    const handedOver: unknown[] = [];
    for (const end = Math.min(count, published + IN_A_TURN); published < end; published++) {
      handedOver.push(side.publish(nextId()));
    }
    await Promise.all(handedOver);
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  const endMs = monotonicMs();
  return { operations: count, failed: 0, startMs, endMs, p50Ms: NaN, p99Ms: NaN, meanMs: NaN };
}
