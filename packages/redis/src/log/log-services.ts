import type { Clock } from '@catga/core/engine';
import type { RedisSession } from '../connection/redis-session.js';

/** Services of one node's log. */
export interface LogServices {
  readonly session: RedisSession;
  /** Key prefix. */
  readonly prefix: string;
  /** Prefix of the channels that wake consumers. */
  readonly wakeChannel: string;
  readonly clock: Clock;
  /** Unique consumer name of this connection. */
  readonly consumer: string;
  /** Lease duration, after which others take over the entries of this connection, in milliseconds. */
  readonly leaseMs: number;
  readonly deduplicationWindowMs: number;
}
