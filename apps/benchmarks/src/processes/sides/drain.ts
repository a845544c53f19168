import type { RequestingSide } from '../peers/peer.js';
import type { LoadResult } from './protocol.js';

/** Stores so many messages, then sends them all. */
export async function drain(side: RequestingSide, messages: number): Promise<LoadResult> {
  if (side.drain === undefined) throw new Error('This contender has nothing that waits.');
  const drained = await side.drain(messages);
  return { operations: messages, failed: 0, ...drained, p50Ms: NaN, p99Ms: NaN, meanMs: NaN };
}
