import { randomUUID } from 'node:crypto';
import { BrokerNodeDirectory } from '@catga/core/engine';
import type { BrokerParts, EngineClient, TakenWork } from '@catga/core/engine';
import { KeySpace } from './connection/key-space.js';
import { readerOf } from './connection/open-clients.js';
import type { Clients } from './connection/open-clients.js';
import { isClusterClient } from './connection/redis-client.js';
import { RedisSession } from './connection/redis-session.js';
import { RedisDeadLetterStore } from './dead-letters/redis-dead-letter-store.js';
import { RedisDirectoryStore } from './directory/redis-directory-store.js';
import { RedisInbox } from './inbox/redis-inbox.js';
import type { LaneServices } from './lanes/lane-services.js';
import { RedisLaneRecords } from './lanes/redis-lane-records.js';
import { RedisLaneStore } from './lanes/redis-lane-store.js';
import { RedisLinkOpener } from './links/redis-links.js';
import { RedisLog } from './log/redis-log.js';
import { RedisQueuedCommands } from './log/redis-queued-commands.js';
import { RedisSubscriptionRegister } from './log/subscription-register.js';
import type { ResolvedRedisOptions } from './options/resolve-redis-options.js';
import { RedisOutcomeLog } from './outcomes/redis-outcome-log.js';
import { RedisIdempotencyStore } from './records/redis-idempotency-store.js';
import { RedisWorkerIds } from './workers/worker-ids.js';

/** Minimum lease, so that a busy process is not considered dead, even with a short heartbeat timeout. */
const SHORTEST_LEASE_MS = 5000;
/** Interval of removing frames that every subscription has passed, in milliseconds. */
const TRIM_EVERY_MS = 2000;

/** Parts of one node's Redis connection: a session, and the ports over it. */
export async function openRedisParts(
  client: EngineClient,
  options: ResolvedRedisOptions,
  clients: Clients,
): Promise<BrokerParts> {
  const { namespace, nodeId, clock, heartbeatTimeoutMs, monitor } = client;
  const { requestTimeoutMs: timeoutMs, deduplicationWindowMs, keptEvents, reconnect } = options;
  const { lanes, maxFramesPerLane } = options;
  const session = new RedisSession(clients.client, clients.subscriber, {
    clock,
    maxBufferedBytes: reconnect.maxBufferedBytes,
    timeoutMs,
    monitor,
  });
  const keys = new KeySpace(namespace, isClusterClient(clients.client) ? 0 : clients.client.options.db);
  const log = new RedisLog({
    session,
    prefix: keys.part('log'),
    wakeChannel: keys.wakeChannel,
    clock,
    consumer: `${nodeId}.${randomUUID()}`,
    leaseMs: Math.max(heartbeatTimeoutMs, SHORTEST_LEASE_MS),
    deduplicationWindowMs,
  });
  const store = await openLanes(session, {
    session,
    keys,
    clock,
    openReader: () => readerOf(clients.client, options),
    timeoutMs,
    deduplicationWindowMs,
    lanes,
    maxFramesPerLane,
    keptEvents,
    ...(monitor && { monitor }),
  });
  return {
    clock,
    closeWithinMs: timeoutMs,
    session,
    log,
    lanes: { store, client, trimEveryMs: TRIM_EVERY_MS, requestTimeoutMs: timeoutMs },
    subscriptions: new RedisSubscriptionRegister(session, keys.part('log')),
    queued: new RedisQueuedCommands({ session, prefix: keys.part('log'), wakeChannel: keys.wakeChannel }),
    idempotency: new RedisIdempotencyStore(session, keys),
    inbox: new RedisInbox(session, keys),
    deadLetters: new RedisDeadLetterStore(session, keys.part('dead')),
    records: new RedisLaneRecords(session, keys, (part) => keys.keptRecords(part)),
    outcomes: new RedisOutcomeLog(session, keys),
    directory: new BrokerNodeDirectory(new RedisDirectoryStore(session, keys), clock, heartbeatTimeoutMs),
    links: new RedisLinkOpener({ session, keys, clock, reconnectGraceMs: 2 * reconnect.maxWaitMs + 1000 }),
    workerIds: new RedisWorkerIds(session, keys.part('workers'), nodeId),
    taken: new TakenFromRedis(log, store, session),
    serverMs: async () => {
      const [seconds, micros] = await session.ask((asked) => asked.time());
      return Math.floor(Number(seconds) * 1000 + Number(micros) / 1000);
    },
  };
}

async function openLanes(session: RedisSession, services: LaneServices): Promise<RedisLaneStore> {
  try {
    return await RedisLaneStore.open(services);
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
}

/** Unsettled deliveries, and readers of lanes. */
class TakenFromRedis implements TakenWork {
  constructor(
    private readonly log: RedisLog,
    private readonly store: RedisLaneStore,
    private readonly session: RedisSession,
  ) {}

  async giveBack(): Promise<void> {
    if (this.session.isUp) await this.log.close();
  }

  abandon(): void {
    this.log.abandon();
    this.store.close();
  }
}
