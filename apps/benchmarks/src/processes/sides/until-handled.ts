import type { RequestingSide } from '../peers/peer.js';
import { Latencies } from './latencies.js';
import { monotonicMs } from './monotonic.js';
import type { LoadResult } from './protocol.js';

/** One message after the other. A latency is the time from a message's commit until its handler runs. */
export async function untilHandled(
  side: RequestingSide,
  nextId: () => number,
  forMs: number,
): Promise<LoadResult> {
  if (side.sendUntilHandled === undefined) throw new Error('This contender is not told what is handled.');
  const latencies = new Latencies();
  const startMs = monotonicMs();
  do latencies.add(await side.sendUntilHandled(nextId()));
  while (monotonicMs() < startMs + forMs);
  return { operations: latencies.count, failed: 0, startMs, endMs: monotonicMs(), ...latencies.summary() };
}
