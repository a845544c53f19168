import { monotonicMs } from './monotonic.js';
import type { RequestingSide } from '../peers/peer.js';
import { Latencies } from './latencies.js';
import type { LoadResult } from './protocol.js';

/**
 * Requests that know nothing of each other: a Poisson process, each arrival in a turn of the event loop of its own. One
 * that is late is counted from when it should have been, so that a side that cannot keep up does not look quick.
 */
export async function arrivals(
  side: RequestingSide,
  nextId: () => number,
  perSecond: number,
  forMs: number,
): Promise<LoadResult> {
  const latencies = new Latencies();
  const meanPauseMs = 1000 / perSecond;
  const startMs = monotonicMs();
  const beganMs = performance.now();
  const endMs = beganMs + forMs;
  let arrived = 0;
  let failed = 0;
  let nextMs = beganMs;
  let settled = (): void => {};
  const isSettled = (): boolean => latencies.count + failed === arrived;

  const arrive = (intendedMs: number): void => {
    arrived += 1;
    side.send(nextId()).then(
      () => {
        latencies.add(performance.now() - intendedMs);
        if (isSettled()) settled();
      },
      () => {
        failed += 1;
        if (isSettled()) settled();
      },
    );
  };
  const lastMs = await new Promise<number>((resolve) => {
    const turn = (): void => {
      const nowMs = performance.now();
      if (nextMs <= nowMs && nextMs < endMs) {
        arrive(nextMs);
        nextMs -= Math.log(1 - Math.random()) * meanPauseMs;
      }
      if (nextMs < endMs) setImmediate(turn);
      else resolve(nowMs);
    };
    setImmediate(turn);
  });
  const arrivedPerSecond = (arrived / (lastMs - beganMs)) * 1000;
  if (!isSettled()) await new Promise<void>((resolve) => void (settled = resolve));
  return {
    operations: latencies.count,
    failed,
    startMs,
    endMs: monotonicMs(),
    arrivedPerSecond,
    ...latencies.summary(),
  };
}
