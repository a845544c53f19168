import type { PeerSettings } from '../../processes/peers/peer.js';

/** Where the Redis of a benchmark of several servers listens. */
export function redisUrlOf({ redisUrl }: PeerSettings): string {
  if (redisUrl === undefined) throw new Error('This peer needs a Redis.');
  return redisUrl;
}
