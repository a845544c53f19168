import { BrokerNodeDirectory } from '@catga/core/engine';
import type { TakenWork, BrokerParts, EngineClient } from '@catga/core/engine';
import { BrokerRequests } from './connection/broker-requests.js';
import { BrokerSession } from './connection/broker-session.js';
import type { NatsClientConnection } from './connection/client-connection.js';
import { NatsDeadLetterStore } from './dead-letters/nats-dead-letter-store.js';
import { NatsDirectoryStore } from './directory/nats-directory-store.js';
import { NatsInbox } from './inbox/nats-inbox.js';
import { Bucket, bucketPrefix, bucketStream } from './jetstream/bucket.js';
import { JetStreamApi } from './jetstream/jetstream-api.js';
import { ServerClock } from './jetstream/server-clock.js';
import { StreamStore } from './jetstream/stream-store.js';
import type { StreamShape } from './jetstream/stream-store.js';
import type { ReaderServices } from './jetstream/stream-reader.js';
import type { NatsLaneLog } from './lanes/nats-lane-log.js';
import { openLaneStore, openRecords } from './lanes/nats-lane-store.js';
import type { NatsLaneStore } from './lanes/nats-lane-store.js';
import { NatsLinkOpener } from './links/nats-links.js';
import type { ResolvedNatsOptions } from './options/resolve-nats-options.js';
import { NatsOutcomeLog } from './outcomes/nats-outcome-log.js';
import { NatsIdempotencyStore } from './records/nats-idempotency-store.js';
import { openCommandQueue } from './queue/command-queue-parts.js';
import type { NatsCommandQueue } from './queue/nats-command-queue.js';
import { openStreams } from './streams/open-streams.js';
import { NatsWorkerIds } from './workers/worker-ids.js';

/** Periods of trimming per {@link NatsDurableOptions.maxAgeMs}. */
const TRIMS_PER_AGE = 10;
const LONGEST_TRIM_PERIOD_MS = 60_000;

/** Parts of one node's NATS connection: a session, and the ports over it. */
export async function openNatsParts(
  client: EngineClient,
  options: ResolvedNatsOptions,
  connection: NatsClientConnection,
): Promise<BrokerParts> {
  const { namespace, nodeId, clock, heartbeatTimeoutMs, monitor } = client;
  const { requestTimeoutMs: timeoutMs, inboxPrefix, reconnect } = options;
  const session = new BrokerSession(connection, {
    maxBufferedBytes: reconnect.maxBufferedBytes,
    timeoutMs,
    ownsConnection: options.connection === undefined,
    monitor,
  });
  const requests = new BrokerRequests(session, clock, { timeoutMs, inboxPrefix });
  const api = new JetStreamApi(requests, clock, timeoutMs, client.isTool);
  const streams = new Streams(api, options.replicas);
  const records = streams.bucket(`${namespace}_records`);
  const serverClock = new ServerClock(records, clock);
  const reader = { session, requests, inboxPrefix, timeoutMs };
  const nodesName = `${namespace}_nodes`;
  const nodesStream = streams.bucketStream(nodesName, { isForEver: true, storage: 'memory' });
  const nodes = new NatsDirectoryStore(
    new Bucket(nodesName, nodesStream),
    nodesStream,
    bucketPrefix(nodesName),
    session,
    reader,
    clock,
  );
  const outcomes = streams.stream({
    name: `${namespace}_outcomes`,
    subjects: [`${namespace}.outcomes.>`],
  });
  const letters = `${namespace}.dead-letters.`;
  const letterStream = streams.stream({
    name: `${namespace}_dead_letters`,
    subjects: [`${letters}>`],
    perSubject: 1,
  });
  const lanes = await openLanes(namespace, options, api, reader);
  const log = openCommandQueue(namespace, options, {
    session,
    api,
    serverClock,
    records: lanes.records,
    attempts: streams.bucket(`${namespace}_attempts`),
  });
  const reconnectGraceMs = 2 * (reconnect.waitMs + reconnect.jitterMs) + 1000;
  return {
    clock,
    closeWithinMs: timeoutMs,
    session,
    log,
    subscriptions: log.register,
    queued: log.queued,
    lanes: {
      store: lanes,
      client,
      trimEveryMs: trimPeriodMs(options.durable.maxAgeMs),
      requestTimeoutMs: timeoutMs,
    },
    idempotency: new NatsIdempotencyStore(records, serverClock),
    inbox: new NatsInbox(streams.bucket(`${namespace}_inbox`), serverClock),
    deadLetters: new NatsDeadLetterStore(letters, letterStream, serverClock, reader),
    records: openRecords(`${namespace}_kept`, options, api, reader),
    streams: openStreams(namespace, options, api, reader),
    outcomes: new NatsOutcomeLog(namespace, outcomes, reader),
    directory: new BrokerNodeDirectory(nodes, clock, heartbeatTimeoutMs),
    links: new NatsLinkOpener({ session, namespace, clock, inboxPrefix, reconnectGraceMs }),
    workerIds: new NatsWorkerIds(streams.bucket(`${namespace}_workers`), nodeId),
    taken: new TakenFromNats(log, lanes.log, requests),
    serverMs: () => serverClock.now(),
  };
}

/** Interval of trimming lanes, in milliseconds; events are kept slightly longer than required. */
function trimPeriodMs(maxAgeMs: number): number {
  return Math.min(LONGEST_TRIM_PERIOD_MS, Math.ceil(maxAgeMs / TRIMS_PER_AGE));
}

/** Opens the lanes; closes the session if that fails. */
async function openLanes(
  namespace: string,
  options: ResolvedNatsOptions,
  api: JetStreamApi,
  reader: ReaderServices,
): Promise<NatsLaneStore> {
  try {
    return await openLaneStore(namespace, options, api, reader);
  } catch (thrown) {
    api.requests.close();
    await reader.session.close();
    throw thrown;
  }
}

/** Unsettled deliveries and unanswered requests. */
class TakenFromNats implements TakenWork {
  constructor(
    private readonly queue: NatsCommandQueue,
    private readonly lanes: NatsLaneLog,
    private readonly requests: BrokerRequests,
  ) {}

  giveBack(): Promise<void> {
    return this.queue.close();
  }

  abandon(): void {
    this.lanes.close();
    this.requests.close();
  }
}

/** Streams and buckets of a connection, with its number of replicas. */
class Streams {
  constructor(
    private readonly api: JetStreamApi,
    private readonly replicas: number,
  ) {}

  stream(shape: Omit<StreamShape, 'replicas'>): StreamStore {
    return new StreamStore({ ...shape, replicas: this.replicas }, this.api);
  }

  bucket(name: string, { isForEver = false } = {}): Bucket {
    return new Bucket(name, this.bucketStream(name, { isForEver }));
  }

  bucketStream(name: string, kept: Pick<StreamShape, 'isForEver' | 'storage'>): StreamStore {
    return this.stream({
      name: bucketStream(name),
      subjects: [`${bucketPrefix(name)}>`],
      perSubject: 1,
      isBucket: true,
      ...kept,
    });
  }
}
