import type { Clock } from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import type { ServerClock } from '../jetstream/server-clock.js';
import type { AttemptCounts } from './attempt-counts.js';
import type { KeyedNames } from './keyed-names.js';
import type { LogStreams } from './log-streams.js';
import type { SubscriptionRecords } from './subscription-records.js';

/** What the subscriptions of a connection share. */
export interface SubscriptionServices {
  readonly session: BrokerSession;
  readonly api: JetStreamApi;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly streams: LogStreams;
  readonly records: SubscriptionRecords;
  readonly keyedNames: KeyedNames;
  readonly attempts: AttemptCounts;
  readonly inboxPrefix: string | undefined;
  /** How long the server waits for a sign of a message it delivered, in milliseconds. */
  readonly ackWaitMs: number;
  /** How many messages of one subscription may be unsettled at a time, over all nodes. */
  readonly maxUnsettled: number;
  /** How many bytes of a message can be kept. */
  readonly maxMessageBytes: () => number;
}
