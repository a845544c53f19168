import type { Clock } from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import type { ServerClock } from '../jetstream/server-clock.js';
import type { AttemptCounts } from './attempt-counts.js';
import type { QueueStreams } from './queue-streams.js';
import type { QueueRecords } from './queue-records.js';

/** What the queues of a connection share. */
export interface QueueServices {
  readonly session: BrokerSession;
  readonly api: JetStreamApi;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly streams: QueueStreams;
  readonly records: QueueRecords;
  readonly attempts: AttemptCounts;
  readonly inboxPrefix: string | undefined;
  /** How long the server waits for a sign of a message it delivered, in milliseconds. */
  readonly ackWaitMs: number;
  /** How many messages of one queue may be unsettled at a time, over all nodes. */
  readonly maxUnsettled: number;
  /** How many bytes of a message can be kept. */
  readonly maxMessageBytes: () => number;
}
