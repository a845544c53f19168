import type { Clock } from '../../ports/clock.js';
import type { DurableLog } from '../../ports/durable-log.js';
import type { CatgaLogger } from '../../ports/logger.js';
import type { Timetable } from '../../time/timetable.js';
import type { CatgaErrorSink } from '../failure-sink.js';

/** Dependencies of a relay. */
export interface RelayServices {
  readonly nodeId: string;
  /** Throws while the engine is not connected. */
  readonly log: () => DurableLog;
  /** Ids of the nodes that are present and share this node's outbox, itself included. */
  readonly replicas: () => readonly string[];
  readonly clock: Clock;
  readonly timetable: Timetable;
  readonly failures: CatgaErrorSink;
  readonly logger: CatgaLogger;
}

/** Delay after a failure, which is the maximum delay after a reconnect. */
export const PAUSE = {
  maxAttempts: Infinity,
  initialDelayMs: 100,
  maxDelayMs: 5_000,
  multiplier: 2,
  jitter: true,
};

/** Result of one round of a relay. */
export type Round = 'more' | 'empty' | 'failed';
