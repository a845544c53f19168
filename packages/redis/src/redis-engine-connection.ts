import { randomUUID } from 'node:crypto';
import { Teardown } from '@catga/core/engine';
import type {
  DeadLetterStore,
  DurableLog,
  EngineClient,
  EngineConnection,
  IdempotencyStore,
  Inbox,
  LinkListener,
  NodeAddress,
  NodeDirectory,
  NodeLinks,
  OutcomeLog,
  SubscriptionRegister,
} from '@catga/core/engine';
import { KeySpace } from './connection/key-space.js';
import type { Clients } from './connection/open-clients.js';
import { isClusterClient } from './connection/redis-client.js';
import { RedisSession } from './connection/redis-session.js';
import { RedisDeadLetterStore } from './dead-letters/redis-dead-letter-store.js';
import { RedisNodeDirectory } from './directory/redis-node-directory.js';
import { RedisInbox } from './inbox/redis-inbox.js';
import { RedisLinks } from './links/redis-links.js';
import { RedisLog } from './log/redis-log.js';
import { RedisSubscriptionRegister } from './log/subscription-register.js';
import type { ResolvedRedisOptions } from './options/resolve-redis-options.js';
import { RedisOutcomeLog } from './outcomes/redis-outcome-log.js';
import { RedisIdempotencyStore } from './records/redis-idempotency-store.js';
import { WorkerIdLease } from './workers/worker-id-lease.js';

/** A process that is busy for so long has not died, however short its heartbeats are. */
const SHORTEST_LEASE_MS = 5000;

/** How much of the time to close is for giving back what was taken; the rest is for the connection. */
const GOODBYE_SHARE = 0.75;

/** One node's access to Redis: a session, and the ports over it. */
export class RedisEngineConnection implements EngineConnection {
  readonly log: DurableLog;
  readonly subscriptions: SubscriptionRegister;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetterStore;
  readonly idempotency: IdempotencyStore;
  readonly directory: NodeDirectory;
  readonly outcomes: OutcomeLog;
  private readonly session: RedisSession;
  private readonly keys: KeySpace;
  private readonly redisLog: RedisLog;
  private readonly redisDirectory: RedisNodeDirectory;
  private readonly links = new Set<RedisLinks>();
  private lease: WorkerIdLease | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly client: EngineClient,
    private readonly options: ResolvedRedisOptions,
    clients: Clients,
  ) {
    const { namespace, nodeId, clock, heartbeatTimeoutMs } = client;
    const { requestTimeoutMs: timeoutMs, deduplicationWindowMs, keptEvents, reconnect } = options;
    const session = new RedisSession(clients.client, clients.subscriber, {
      clock,
      maxBufferedBytes: reconnect.maxBufferedBytes,
      timeoutMs,
      ownsClient: options.client === undefined,
      monitor: client.monitor,
    });
    const keys = new KeySpace(namespace, isClusterClient(clients.client) ? 0 : clients.client.options.db);
    this.session = session;
    this.keys = keys;
    this.redisDirectory = new RedisNodeDirectory({ session, keys, clock, heartbeatTimeoutMs });
    this.directory = this.redisDirectory;
    this.redisLog = new RedisLog({
      session,
      prefix: keys.part('log'),
      wakeChannel: keys.wakeChannel,
      clock,
      consumer: `${nodeId}.${randomUUID()}`,
      leaseMs: Math.max(heartbeatTimeoutMs, SHORTEST_LEASE_MS),
      deduplicationWindowMs,
      keptEvents,
    });
    this.subscriptions = new RedisSubscriptionRegister(session, keys.part('log'));
    this.log = this.redisLog;
    this.inbox = new RedisInbox(session, keys);
    this.deadLetters = new RedisDeadLetterStore(session, keys.part('dead'));
    this.idempotency = new RedisIdempotencyStore(session, keys);
    this.outcomes = new RedisOutcomeLog(session, keys);
  }

  /** Opens the ports, and takes a worker id. */
  static async open(
    client: EngineClient,
    options: ResolvedRedisOptions,
    clients: Clients,
  ): Promise<RedisEngineConnection> {
    const opened = new RedisEngineConnection(client, options, clients);
    try {
      const { session, keys } = opened;
      opened.lease = await WorkerIdLease.take(session, keys.part('workers'), client.nodeId, client.clock);
      return opened;
    } catch (thrown) {
      await opened.close();
      throw thrown;
    }
  }

  get workerId(): number {
    return this.lease?.current ?? 0;
  }

  async openLinks(self: NodeAddress, listener: LinkListener): Promise<NodeLinks> {
    const { session, keys } = this;
    const reconnectGraceMs = 2 * this.options.reconnect.maxWaitMs + 1000;
    const services = { session, keys, reconnectGraceMs };
    const links = await RedisLinks.open(services, self, listener);
    this.links.add(links);
    return links;
  }

  close(withinMs = this.options.requestTimeoutMs): Promise<void> {
    return (this.closing ??= this.closeOnce(withinMs));
  }

  private async closeOnce(withinMs: number): Promise<void> {
    const { session, redisLog, lease } = this;
    // What a broker that is away cannot be told lapses by itself.
    const teardown = new Teardown(this.client.clock, () => {});
    lease?.stop();
    if (session.isUp) {
      await teardown.step('goodbye', withinMs * GOODBYE_SHARE, () =>
        Promise.allSettled([redisLog.close(), lease?.release()]),
      );
    }
    redisLog.abandon();
    this.redisDirectory.close();
    for (const links of this.links) links.close();
    await session.close(withinMs * (1 - GOODBYE_SHARE));
  }
}
