import type { QualityOfService } from '../contracts/quality-of-service.js';
import type { Clock } from './clock.js';
import type { DeadLetterStore } from './dead-letter-store.js';
import type { DurableLog } from './durable-log.js';
import type { EngineMonitor } from './engine-monitor.js';
import type { IdempotencyStore } from './idempotency-store.js';
import type { Inbox } from './inbox.js';
import type { LinkListener, NodeAddress, NodeLinks } from './links.js';
import type { OutcomeLog } from './outcome-log.js';
import type { NodeDirectory } from './node-directory.js';
import type { SubscriptionRegister } from './subscription-register.js';

/** Which promises an engine can keep. A message that asks for another one keeps the application from starting. */
export interface EngineCapabilities {
  readonly requests: readonly QualityOfService[];
  readonly events: readonly QualityOfService[];
  /** Whether commands can be stored to run later: `enqueue`. Without, a command handler has no queue. */
  readonly queues: boolean;
}

/** Who connects. */
export interface EngineClient {
  readonly namespace: string;
  readonly nodeId: string;
  readonly clock: Clock;
  /** After how long without a refresh this node's directory record lapses, in milliseconds. */
  readonly heartbeatTimeoutMs: number;
  /**
   * Told when the broker is lost and when it is back.
   * @defaultValue nobody is told
   */
  readonly monitor?: EngineMonitor;
}

/** What distributes and remembers messages: the argument of `CatgaModule.forRoot({ engine })`. */
export interface Engine {
  readonly name: string;
  readonly capabilities: EngineCapabilities;
  /** Rejects with `CATGA_ENGINE_UNAVAILABLE` when the broker cannot be reached. */
  connect(client: EngineClient): Promise<EngineConnection>;
}

/** One node's access to the engine. */
export interface EngineConnection {
  readonly log: DurableLog;
  /** What the log remembers of its subscriptions; where it does. */
  readonly subscriptions?: SubscriptionRegister;
  readonly idempotency: IdempotencyStore;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetterStore;
  readonly directory: NodeDirectory;
  /**
   * Opens this node's inbox for frames. Absent where the engine ends at the process: then every handler is here.
   */
  openLinks?(self: NodeAddress, listener: LinkListener): Promise<NodeLinks>;
  /** What nodes have finished; where there are links. */
  readonly outcomes?: OutcomeLog;
  /**
   * Tells this node's ids from those of every other connection to the namespace, for as long as it is open: 0 to 1,023.
   * Another number from some moment on if its lease lapsed, because the broker was away or the process stood still;
   * the kernel looks at each heartbeat.
   */
  readonly workerId: number;
  /**
   * Only where messages end with the process: how many could be handled now by this connection's consumers, those being
   * handled included. A node that stops handles them first, since nobody will later.
   */
  dueMessages?(): number;
  /**
   * Gives back what was taken and not settled, then lets go of the broker: within `withinMs` milliseconds, whatever the
   * broker does. What could not be told comes back by itself. May be called twice.
   */
  close(withinMs?: number): Promise<void>;
}
