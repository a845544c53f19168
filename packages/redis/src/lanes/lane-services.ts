import type { Clock, EngineMonitor } from '@catga/core/engine';
import type { KeySpace } from '../connection/key-space.js';
import type { RedisClient } from '../connection/redis-client.js';
import type { RedisSession } from '../connection/redis-session.js';

/** Dependencies and limits of a node's lane store. */
export interface LaneServices {
  readonly session: RedisSession;
  readonly keys: KeySpace;
  readonly clock: Clock;
  /** Opens a connection for blocking reads. */
  readonly openReader: () => RedisClient;
  /** Timeout of a reply, in milliseconds. */
  readonly timeoutMs: number;
  /** Deduplication window of frame ids, in milliseconds; 0 for none. */
  readonly deduplicationWindowMs: number;
  /** Number of lanes if the log does not exist yet. */
  readonly lanes: number;
  /** Maximum number of frames in a lane. */
  readonly maxFramesPerLane: number;
  /** Number of the latest events, of all lanes, that trimming keeps. */
  readonly keptEvents: number;
  readonly monitor?: EngineMonitor;
}
