import type { Clock } from '@catga/core/engine';
import type { RedisSession } from '../connection/redis-session.js';

/** What the log of one node works with. */
export interface LogServices {
  readonly session: RedisSession;
  /** What its keys begin with. */
  readonly prefix: string;
  /** What the channels begin with on which consumers are woken. */
  readonly wakeChannel: string;
  readonly clock: Clock;
  /** This connection, as the groups know it; no other has its name. */
  readonly consumer: string;
  /** After how long without renewal others take over what this connection has, in milliseconds. */
  readonly leaseMs: number;
  readonly deduplicationWindowMs: number;
}
