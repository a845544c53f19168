import { monotonicMs } from './monotonic.js';
import type { RequestingSide } from '../peers/peer.js';
import { Latencies } from './latencies.js';
import type { LoadResult } from './protocol.js';

/** So many lanes, each of which sends the next request when its last one is answered. */
export async function closedLoop(
  side: RequestingSide,
  nextId: () => number,
  inFlight: number,
  forMs: number,
): Promise<LoadResult> {
  const latencies = new Latencies();
  const startMs = monotonicMs();
  const endMs = performance.now() + forMs;
  const lane = async (): Promise<void> => {
    for (let sentMs = performance.now(); sentMs < endMs;) {
      await side.send(nextId());
      const answeredMs = performance.now(); // Also when the next one is sent: one look at the clock each.
      latencies.add(answeredMs - sentMs);
      sentMs = answeredMs;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { operations: latencies.count, failed: 0, startMs, endMs: monotonicMs(), ...latencies.summary() };
}

/** One batch after the other. An operation is a request of a batch, a latency that of a whole batch. */
export async function batches(
  side: RequestingSide,
  nextId: () => number,
  size: number,
  forMs: number,
): Promise<LoadResult> {
  if (side.sendMany === undefined) throw new Error('This contender has no batches.');
  const latencies = new Latencies();
  const startMs = monotonicMs();
  const endMs = performance.now() + forMs;
  for (let sentMs = performance.now(); sentMs < endMs;) {
    const first = nextId();
    const results = await side.sendMany(first, size);
    if (results.length !== size) throw new Error(`${results.length} results of ${size} requests.`);
    const answeredMs = performance.now();
    latencies.add(answeredMs - sentMs);
    sentMs = answeredMs;
  }
  const operations = latencies.count * size;
  return { operations, failed: 0, startMs, endMs: monotonicMs(), ...latencies.summary() };
}
