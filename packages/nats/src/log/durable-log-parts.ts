import type { BrokerSession } from '../connection/broker-session.js';
import { bucketPrefix } from '../jetstream/bucket.js';
import type { Bucket } from '../jetstream/bucket.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import type { ServerClock } from '../jetstream/server-clock.js';
import type { ResolvedNatsOptions } from '../options/resolve-nats-options.js';
import { AttemptCounts } from './attempt-counts.js';
import { KeyedNames } from './keyed-names.js';
import { LogPublisher } from './log-publisher.js';
import { logStreams } from './log-streams.js';
import { DEAD_LETTER_BYTES, NatsDurableLog } from './nats-durable-log.js';
import { SubscriptionRecords } from './subscription-records.js';

/** What the log of a connection is made of. */
export interface DurableLogParts {
  readonly session: BrokerSession;
  readonly api: JetStreamApi;
  readonly serverClock: ServerClock;
  /** Keeps what is known of subscriptions, for ever. */
  readonly subscriptions: Bucket;
  /** Keeps how often messages were tried. */
  readonly attempts: Bucket;
}

/** Puts the durable log of a connection together. Nothing is made on the broker before it is used. */
export function openDurableLog(
  namespace: string,
  { durable, replicas, requestTimeoutMs: timeoutMs, inboxPrefix }: ResolvedNatsOptions,
  { session, api, serverClock, subscriptions, attempts }: DurableLogParts,
): NatsDurableLog {
  const { clock } = api;
  const { maxPendingAcks, ackWaitMs, maxUnsettled, maxAgeMs } = durable;
  const publisher = new LogPublisher(session, clock, {
    maxPendingAcks,
    timeoutMs,
    inboxPrefix,
    maxBufferedBytes: session.maxBufferedBytes,
  });
  const services = {
    session,
    api,
    clock,
    serverClock,
    inboxPrefix,
    ackWaitMs,
    maxUnsettled,
    streams: logStreams(namespace, api, durable, replicas),
    records: new SubscriptionRecords(subscriptions),
    keyedNames: new KeyedNames(subscriptions, session, bucketPrefix(`${namespace}_subscriptions`)),
    attempts: new AttemptCounts(attempts, maxAgeMs),
    maxMessageBytes: () => Math.max(0, session.maxPayloadBytes - DEAD_LETTER_BYTES),
  };
  return new NatsDurableLog(session, clock, publisher, services, durable);
}
