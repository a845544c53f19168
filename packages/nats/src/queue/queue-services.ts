import type { Clock } from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import type { ServerClock } from '../jetstream/server-clock.js';
import type { AttemptCounts } from './attempt-counts.js';
import type { QueueStreams } from './queue-streams.js';
import type { QueueRecords } from './queue-records.js';

/** Services shared by the queues of a connection. */
export interface QueueServices {
  readonly session: BrokerSession;
  readonly api: JetStreamApi;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly streams: QueueStreams;
  readonly records: QueueRecords;
  readonly attempts: AttemptCounts;
  readonly inboxPrefix: string | undefined;
  /** Ack wait of the server, in milliseconds. */
  readonly ackWaitMs: number;
  /** Maximum number of unsettled messages of a queue, over all nodes. */
  readonly maxUnsettled: number;
  /** Maximum size of a stored message, in bytes. */
  readonly maxMessageBytes: () => number;
}
