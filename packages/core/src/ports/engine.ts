import type { QualityOfService } from '../contracts/quality-of-service.js';
import type { BrokerFinding } from './broker-finding.js';
import type { Clock } from './clock.js';
import type { DeadLetterStore } from './dead-letter-store.js';
import type { DurableLog } from './durable-log.js';
import type { EngineMonitor } from './engine-monitor.js';
import type { IdempotencyStore } from './idempotency-store.js';
import type { Inbox } from './inbox.js';
import type { LinkListener, NodeAddress, NodeLinks } from './links.js';
import type { OutcomeLog } from './outcome-log.js';
import type { NodeDirectory } from './node-directory.js';
import type { PagedRecordStore } from './record-store.js';
import type { OwnedCommands } from './queued-commands.js';
import type { StreamLog } from './stream-log.js';
import type { SubscriptionPauses } from './subscription-pauses.js';
import type { SubscriptionRegister } from './subscription-register.js';

/** Delivery guarantees that an engine supports. An application with a message that needs another one does not start. */
export interface EngineCapabilities {
  readonly requests: readonly QualityOfService[];
  readonly events: readonly QualityOfService[];
  /** Whether commands can be queued with `enqueue`. If not, command handlers have no queue. */
  readonly queues: boolean;
  /**
   * Whether the engine keeps streams, as event sourcing on it needs.
   * @defaultValue false
   */
  readonly streams?: boolean;
}

/** The connecting node. */
export interface EngineClient {
  readonly namespace: string;
  readonly nodeId: string;
  readonly clock: Clock;
  /** Time without a refresh after which this node's directory record expires, in milliseconds. */
  readonly heartbeatTimeoutMs: number;
  /**
   * Whether the node is a tool. A tool does not know the options of the nodes, so it changes no settings in the broker
   * and trims nothing.
   * @defaultValue false
   */
  readonly isTool?: boolean;
  /**
   * Callbacks for disconnects, reconnects and refusals.
   * @defaultValue none
   */
  readonly monitor?: EngineMonitor;
}

/** An engine: distributes and stores messages. The argument of `CatgaModule.forRoot({ engine })`. */
export interface Engine {
  readonly name: string;
  readonly capabilities: EngineCapabilities;
  /** Rejects with `CATGA_ENGINE_UNAVAILABLE` when the broker cannot be reached. */
  connect(client: EngineClient): Promise<EngineConnection>;
  /**
   * Examines the broker for what keeps nodes from working, or may lose messages. Changes nothing; never rejects.
   * @defaultValue the engine has nothing to examine
   */
  diagnose?(client: Pick<EngineClient, 'namespace' | 'clock'>): Promise<readonly BrokerFinding[]>;
}

/** One node's access to the engine. */
export interface EngineConnection {
  readonly log: DurableLog;
  /** Register of durable subscriptions; absent if the log does not outlive its subscribers. */
  readonly subscriptions?: SubscriptionRegister;
  /** Pauses of them; absent if the engine cannot pause. */
  readonly pauses?: SubscriptionPauses;
  /** The queued commands; absent if the engine cannot list and cancel them. */
  readonly queued?: OwnedCommands;
  readonly idempotency: IdempotencyStore;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetterStore;
  /** Records of packages on top of the engine, such as sagas; absent if the engine keeps none. */
  readonly records?: PagedRecordStore;
  /** Streams of packages on top of the engine, such as event sourcing; absent if the engine keeps none. */
  readonly streams?: StreamLog;
  readonly directory: NodeDirectory;
  /**
   * Opens this node's links to other nodes. Absent in a single-process engine: then every handler is local.
   */
  openLinks?(self: NodeAddress, listener: LinkListener): Promise<NodeLinks>;
  /**
   * The broker's time, in milliseconds since 1970, never ahead of it. Rejects with `CATGA_ENGINE_UNAVAILABLE`. Absent if nodes have no
   * clock in common but their own.
   */
  serverMs?(): Promise<number>;
  /** Outcomes of requests that nodes have finished; present with links. */
  readonly outcomes?: OutcomeLog;
  /**
   * Worker id for generated ids, 0 to 1,023: unique among the open connections of the namespace.
   * Changes if its lease expired, because the broker was away or the process was suspended;
   * the kernel reads it at each heartbeat.
   */
  readonly workerId: number;
  /**
   * Number of messages that this connection's consumers could handle now, those in progress included. Only on engines
   * whose messages are lost with the process: a stopping node handles them first.
   */
  dueMessages?(): number;
  /**
   * Releases unsettled deliveries, then disconnects: within `withinMs` milliseconds, even if the broker does not
   * respond. Deliveries that could not be released are redelivered by the broker. May be called twice.
   */
  close(withinMs?: number): Promise<void>;
}
