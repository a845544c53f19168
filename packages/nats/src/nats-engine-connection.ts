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
import { BrokerRequests } from './connection/broker-requests.js';
import { BrokerSession } from './connection/broker-session.js';
import type { NatsClientConnection } from './connection/client-connection.js';
import { NatsDeadLetterStore } from './dead-letters/nats-dead-letter-store.js';
import { NatsNodeDirectory } from './directory/nats-node-directory.js';
import { NatsInbox } from './inbox/nats-inbox.js';
import { Bucket, bucketPrefix, bucketStream } from './jetstream/bucket.js';
import { JetStreamApi } from './jetstream/jetstream-api.js';
import { ServerClock } from './jetstream/server-clock.js';
import { StreamStore } from './jetstream/stream-store.js';
import type { StreamShape } from './jetstream/stream-store.js';
import { NatsLinks } from './links/nats-links.js';
import { openDurableLog } from './log/durable-log-parts.js';
import type { NatsDurableLog } from './log/nats-durable-log.js';
import type { ResolvedNatsOptions } from './options/resolve-nats-options.js';
import { NatsOutcomeLog } from './outcomes/nats-outcome-log.js';
import { NatsIdempotencyStore } from './records/nats-idempotency-store.js';
import { WorkerIdLease } from './workers/worker-id-lease.js';

/** How much of the time to close is for giving back what was taken; the rest is for the connection. */
const GOODBYE_SHARE = 0.75;

/** One node's access to NATS: a session, and the ports over it. */
export class NatsEngineConnection implements EngineConnection {
  readonly log: DurableLog;
  readonly subscriptions: SubscriptionRegister;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetterStore;
  readonly idempotency: IdempotencyStore;
  readonly directory: NodeDirectory;
  readonly outcomes: OutcomeLog;
  private readonly session: BrokerSession;
  private readonly requests: BrokerRequests;
  private readonly api: JetStreamApi;
  private readonly durableLog: NatsDurableLog;
  private readonly natsDirectory: NatsNodeDirectory;
  private readonly links = new Set<NatsLinks>();
  private lease: WorkerIdLease | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly client: EngineClient,
    private readonly options: ResolvedNatsOptions,
    connection: NatsClientConnection,
  ) {
    const { namespace, clock, heartbeatTimeoutMs } = client;
    const { requestTimeoutMs: timeoutMs, inboxPrefix, reconnect } = options;
    const session = new BrokerSession(connection, {
      maxBufferedBytes: reconnect.maxBufferedBytes,
      timeoutMs,
      ownsConnection: options.connection === undefined,
      monitor: client.monitor,
    });
    this.session = session;
    const requests = new BrokerRequests(session, clock, { timeoutMs, inboxPrefix });
    this.requests = requests;
    this.api = new JetStreamApi(requests, clock, timeoutMs);
    const records = this.bucket(`${namespace}_records`);
    const serverClock = new ServerClock(records, clock);
    const bucketName = `${namespace}_nodes`;
    this.natsDirectory = new NatsNodeDirectory({
      session,
      bucketName,
      bucket: this.bucket(bucketName),
      serverClock,
      clock,
      heartbeatTimeoutMs,
    });
    this.directory = this.natsDirectory;
    this.idempotency = new NatsIdempotencyStore(records, serverClock);
    const outcomes = this.stream({ name: `${namespace}_outcomes`, subjects: [`${namespace}.outcomes.>`] });
    const reader = { session, requests, inboxPrefix, timeoutMs };
    this.outcomes = new NatsOutcomeLog(namespace, outcomes, reader);
    this.inbox = new NatsInbox(this.bucket(`${namespace}_inbox`), serverClock);
    const letters = `${namespace}.dead-letters.`;
    const letterStream = this.stream({
      name: `${namespace}_dead_letters`,
      subjects: [`${letters}>`],
      perSubject: 1,
    });
    this.deadLetters = new NatsDeadLetterStore(letters, letterStream, serverClock, reader);
    this.durableLog = openDurableLog(namespace, options, {
      session,
      api: this.api,
      serverClock,
      subscriptions: this.bucket(`${namespace}_subscriptions`, { isForEver: true }),
      attempts: this.bucket(`${namespace}_attempts`),
    });
    this.log = this.durableLog;
    this.subscriptions = this.durableLog.register;
  }

  /** Opens the ports, and takes a worker id: the first thing that JetStream is needed for. */
  static async open(
    client: EngineClient,
    options: ResolvedNatsOptions,
    connection: NatsClientConnection,
  ): Promise<NatsEngineConnection> {
    const opened = new NatsEngineConnection(client, options, connection);
    try {
      const workers = opened.bucket(`${client.namespace}_workers`);
      opened.lease = await WorkerIdLease.take(workers, client.nodeId, client.clock);
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
    const { namespace, clock } = this.client;
    const { inboxPrefix, reconnect } = this.options;
    const reconnectGraceMs = 2 * (reconnect.waitMs + reconnect.jitterMs) + 1000;
    const services = { session: this.session, namespace, clock, inboxPrefix, reconnectGraceMs };
    const links = await NatsLinks.open(services, self, listener);
    this.links.add(links);
    return links;
  }

  close(withinMs = this.options.requestTimeoutMs): Promise<void> {
    return (this.closing ??= this.closeOnce(withinMs));
  }

  private async closeOnce(withinMs: number): Promise<void> {
    const { session, lease } = this;
    // A broker that cannot be told drops the lease by itself, and brings back what was taken.
    const teardown = new Teardown(this.client.clock, () => {});
    lease?.stop();
    this.natsDirectory.close();
    for (const links of this.links) links.close();
    // After the links, whose peers are to hear at once that nobody listens here any more.
    await teardown.step('goodbye', withinMs * GOODBYE_SHARE, () =>
      Promise.allSettled([this.durableLog.close(), session.isUp ? lease?.release() : undefined]),
    );
    this.requests.close();
    await session.close((withinMs * (1 - GOODBYE_SHARE)) / 2);
  }

  private bucket(name: string, { isForEver = false } = {}): Bucket {
    const shape = {
      name: bucketStream(name),
      subjects: [`${bucketPrefix(name)}>`],
      perSubject: 1,
      isBucket: true,
      isForEver,
    };
    return new Bucket(name, this.stream(shape));
  }

  private stream(shape: Omit<StreamShape, 'replicas'>): StreamStore {
    return new StreamStore({ ...shape, replicas: this.options.replicas }, this.api);
  }
}
