import { randomUUID } from 'node:crypto';
import { BrokerNodeDirectory } from '@catga/core/engine';
import type { BrokerParts, EngineClient, TakenWork } from '@catga/core/engine';
import { KeySpace } from './connection/key-space.js';
import type { Clients } from './connection/open-clients.js';
import { isClusterClient } from './connection/redis-client.js';
import { RedisSession } from './connection/redis-session.js';
import { RedisDeadLetterStore } from './dead-letters/redis-dead-letter-store.js';
import { RedisDirectoryStore } from './directory/redis-directory-store.js';
import { RedisInbox } from './inbox/redis-inbox.js';
import { RedisLinkOpener } from './links/redis-links.js';
import { RedisLog } from './log/redis-log.js';
import { RedisSubscriptionRegister } from './log/subscription-register.js';
import type { ResolvedRedisOptions } from './options/resolve-redis-options.js';
import { RedisOutcomeLog } from './outcomes/redis-outcome-log.js';
import { RedisIdempotencyStore } from './records/redis-idempotency-store.js';
import { RedisWorkerIds } from './workers/worker-ids.js';

/** Minimum lease, so that a busy process is not considered dead, even with a short heartbeat timeout. */
const SHORTEST_LEASE_MS = 5000;

/** Parts of one node's Redis connection: a session, and the ports over it. */
export function openRedisParts(
  client: EngineClient,
  options: ResolvedRedisOptions,
  clients: Clients,
): BrokerParts {
  const { namespace, nodeId, clock, heartbeatTimeoutMs, monitor } = client;
  const { requestTimeoutMs: timeoutMs, deduplicationWindowMs, keptEvents, reconnect } = options;
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
    keptEvents,
  });
  return {
    clock,
    closeWithinMs: timeoutMs,
    session,
    log,
    subscriptions: new RedisSubscriptionRegister(session, keys.part('log')),
    idempotency: new RedisIdempotencyStore(session, keys),
    inbox: new RedisInbox(session, keys),
    deadLetters: new RedisDeadLetterStore(session, keys.part('dead')),
    outcomes: new RedisOutcomeLog(session, keys),
    directory: new BrokerNodeDirectory(new RedisDirectoryStore(session, keys), clock, heartbeatTimeoutMs),
    links: new RedisLinkOpener({ session, keys, clock, reconnectGraceMs: 2 * reconnect.maxWaitMs + 1000 }),
    workerIds: new RedisWorkerIds(session, keys.part('workers'), nodeId),
    taken: new TakenFromRedis(log, session),
  };
}

/** Unsettled deliveries. */
class TakenFromRedis implements TakenWork {
  constructor(
    private readonly log: RedisLog,
    private readonly session: RedisSession,
  ) {}

  async giveBack(): Promise<void> {
    if (this.session.isUp) await this.log.close();
  }

  abandon(): void {
    this.log.abandon();
  }
}
