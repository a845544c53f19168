import type { RecordStore } from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';
import type { Bucket } from '../jetstream/bucket.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import type { ServerClock } from '../jetstream/server-clock.js';
import type { ResolvedNatsOptions } from '../options/resolve-nats-options.js';
import { AttemptCounts } from './attempt-counts.js';
import { StreamPublisher } from '../jetstream/stream-publisher.js';
import { DEAD_LETTER_BYTES } from '../dead-letters/letter-facts.js';
import { NatsCommandQueue } from './nats-command-queue.js';
import { QueueRecords } from './queue-records.js';
import { queueStreams } from './queue-streams.js';

/** Parts of the command queues of a connection. */
export interface CommandQueueParts {
  readonly session: BrokerSession;
  readonly api: JetStreamApi;
  readonly serverClock: ServerClock;
  /** Records of the queues. */
  readonly records: RecordStore;
  /** Bucket of attempt counts. */
  readonly attempts: Bucket;
}

/** Assembles the command queues of a connection. Broker resources are created on first use. */
export function openCommandQueue(
  namespace: string,
  { durable, replicas, requestTimeoutMs: timeoutMs, inboxPrefix }: ResolvedNatsOptions,
  { session, api, serverClock, records, attempts }: CommandQueueParts,
): NatsCommandQueue {
  const { clock } = api;
  const { maxPendingAcks, ackWaitMs, maxUnsettled, maxAgeMs } = durable;
  const publisher = new StreamPublisher(session, clock, { maxPendingAcks, timeoutMs, inboxPrefix });
  const services = {
    session,
    api,
    clock,
    serverClock,
    inboxPrefix,
    ackWaitMs,
    maxUnsettled,
    streams: queueStreams(namespace, api, durable, replicas),
    records: new QueueRecords(records),
    attempts: new AttemptCounts(attempts, maxAgeMs),
    maxMessageBytes: () => Math.max(0, session.maxPayloadBytes - DEAD_LETTER_BYTES),
  };
  return new NatsCommandQueue(session, clock, publisher, services);
}
