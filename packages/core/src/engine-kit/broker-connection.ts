import { LaneEngine } from '../lanes/lane-engine.js';
import type { Clock } from '../ports/clock.js';
import type { DeadLetterStore } from '../ports/dead-letter-store.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { EngineClient, EngineConnection } from '../ports/engine.js';
import type { IdempotencyStore } from '../ports/idempotency-store.js';
import type { Inbox } from '../ports/inbox.js';
import type { LaneStore } from '../ports/lane-store.js';
import type { LinkListener, NodeAddress, NodeLinks } from '../ports/links.js';
import type { NodeDirectory } from '../ports/node-directory.js';
import type { PagedRecordStore } from '../ports/record-store.js';
import type { OutcomeLog } from '../ports/outcome-log.js';
import type { OwnedCommands, QueuedCommands } from '../ports/queued-commands.js';
import type { StreamLog } from '../ports/stream-log.js';
import type { SubscriptionPauses } from '../ports/subscription-pauses.js';
import type { SubscriptionRegister } from '../ports/subscription-register.js';
import { Teardown } from '../time/teardown.js';
import { PermittedLinks } from './permitted-links.js';
import type { LinkOpener } from './permitted-links.js';
import { PermittedNodes } from './permitted-nodes.js';
import { WorkerIdLease } from './worker-id-lease.js';
import type { WorkerIdStore } from './worker-id-lease.js';

/** Share of the closing time for the goodbye; the rest is for the broker connection. */
const GOODBYE_SHARE = 0.75;

/** A part that closes synchronously. */
interface Closable {
  close(): void;
}

/** The connection to the broker. */
export interface BrokerLink {
  /** Whether the broker is reachable. */
  readonly isUp: boolean;
  /** Closes within a number of milliseconds. */
  close(withinMs: number): Promise<void>;
}

/** Unsettled deliveries of a node. */
export interface TakenWork {
  /** Releases unsettled deliveries. */
  giveBack(): Promise<void>;
  /** Stops without telling the broker, which redelivers unsettled messages by itself. */
  abandon(): void;
}

/** A log in lanes, and the client that uses it. */
export interface LanesOfBroker {
  readonly store: LaneStore;
  readonly client: EngineClient;
  /**
   * How often the log is trimmed, in milliseconds.
   * @defaultValue never
   */
  readonly trimEveryMs?: number;
  /**
   * How long one request to the broker takes at most, in milliseconds.
   * @defaultValue 10,000
   */
  readonly requestTimeoutMs?: number;
}

/** Parts of a connection to a broker. */
export interface BrokerParts {
  readonly clock: Clock;
  /** Default closing time, in milliseconds. */
  readonly closeWithinMs: number;
  readonly session: BrokerLink;
  /** With {@link lanes} only the queues of commands without a key; else all that is durable. */
  readonly log: DurableLog;
  readonly subscriptions: SubscriptionRegister;
  /** The commands in the queues. */
  readonly queued: QueuedCommands;
  /**
   * What reliable events and keyed commands are made of.
   * @defaultValue the log does it
   */
  readonly lanes?: LanesOfBroker;
  readonly idempotency: IdempotencyStore;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetterStore;
  readonly records: PagedRecordStore;
  /**
   * Streams of packages on top.
   * @defaultValue the engine keeps none
   */
  readonly streams?: StreamLog;
  readonly outcomes: OutcomeLog;
  readonly directory: NodeDirectory & Closable;
  readonly links: LinkOpener;
  readonly workerIds: WorkerIdStore;
  readonly taken: TakenWork;
  /** The broker's time, as `EngineConnection.serverMs` has it. */
  serverMs(): Promise<number>;
}

/** One node's access to a broker: its ports, its worker id lease, and the closing order. */
export class BrokerConnection implements EngineConnection {
  readonly log: DurableLog;
  readonly subscriptions: SubscriptionRegister;
  readonly pauses?: SubscriptionPauses;
  readonly queued?: OwnedCommands;
  readonly idempotency: IdempotencyStore;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetterStore;
  readonly records: PagedRecordStore;
  readonly streams?: StreamLog;
  readonly outcomes: OutcomeLog;
  readonly directory: NodeDirectory;
  private readonly nodes: PermittedNodes;
  private readonly durable: LaneEngine | undefined;
  private readonly links = new Set<Closable>();
  private lease: WorkerIdLease | undefined;
  private closing: Promise<void> | undefined;

  private constructor(private readonly parts: BrokerParts) {
    const { lanes, log, subscriptions, queued } = parts;
    const directory = (this.nodes = new PermittedNodes(parts.directory));
    this.durable =
      lanes &&
      new LaneEngine(
        {
          lanes: lanes.store,
          queue: log,
          queues: subscriptions,
          queued,
          directory,
          ...(lanes.trimEveryMs !== undefined && { trimEveryMs: lanes.trimEveryMs }),
          ...(lanes.requestTimeoutMs !== undefined && { requestTimeoutMs: lanes.requestTimeoutMs }),
        },
        lanes.client,
      );
    this.log = this.durable ?? log;
    this.subscriptions = this.durable ?? subscriptions;
    if (this.durable !== undefined) {
      this.pauses = this.durable;
      this.queued = this.durable.commands;
    }
    this.idempotency = parts.idempotency;
    this.inbox = parts.inbox;
    this.deadLetters = parts.deadLetters;
    this.records = parts.records;
    if (parts.streams !== undefined) this.streams = parts.streams;
    this.outcomes = parts.outcomes;
    this.directory = this.durable?.directory ?? directory;
  }

  /** Leases a worker id, the first write to the broker. Closes the parts if that fails. */
  static async open(parts: BrokerParts): Promise<BrokerConnection> {
    const opened = new BrokerConnection(parts);
    try {
      opened.lease = await WorkerIdLease.take(parts.workerIds, parts.clock);
      return opened;
    } catch (thrown) {
      await opened.close();
      throw thrown;
    }
  }

  get workerId(): number {
    return this.lease?.current ?? 0;
  }

  serverMs(): Promise<number> {
    return this.parts.serverMs();
  }

  async openLinks(self: NodeAddress, listener: LinkListener): Promise<NodeLinks> {
    const links = await PermittedLinks.open(this.parts.links, self, listener, this.nodes);
    this.links.add(links);
    this.nodes.add(self, links);
    return links;
  }

  close(withinMs = this.parts.closeWithinMs): Promise<void> {
    return (this.closing ??= this.closeOnce(withinMs));
  }

  private async closeOnce(withinMs: number): Promise<void> {
    const { clock, session, directory, taken } = this.parts;
    // Without a reachable broker, the lease expires, and unsettled messages are redelivered.
    this.lease?.stop();
    directory.close();
    for (const links of this.links) links.close();
    // After the links, so that peers learn at once that this node no longer listens.
    await new Teardown(clock, () => {}).step('goodbye', withinMs * GOODBYE_SHARE, () =>
      Promise.allSettled([
        this.durable?.close(),
        taken.giveBack(),
        session.isUp ? this.lease?.release() : undefined,
      ]),
    );
    this.durable?.abandon();
    taken.abandon();
    await session.close(withinMs * (1 - GOODBYE_SHARE));
  }
}
