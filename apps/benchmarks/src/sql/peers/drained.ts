import type { Drained } from '../../processes/peers/peer.js';
import { monotonicMs } from '../../processes/sides/monotonic.js';

const SAMPLE_MS = 20;

/** Times work, and watches the memory of the process meanwhile. */
export async function drained(work: () => Promise<void>): Promise<Drained> {
  globalThis.gc?.();
  const { heapUsed: heapBefore, rss: rssBefore } = process.memoryUsage();
  let heapPeak = heapBefore;
  let rssPeak = rssBefore;
  const sampling = setInterval(() => {
    const { heapUsed, rss } = process.memoryUsage();
    heapPeak = Math.max(heapPeak, heapUsed);
    rssPeak = Math.max(rssPeak, rss);
  }, SAMPLE_MS);
  const startMs = monotonicMs();
  await work();
  const endMs = monotonicMs();
  clearInterval(sampling);
  return { startMs, endMs, memory: { heapBefore, heapPeak, rssBefore, rssPeak } };
}
