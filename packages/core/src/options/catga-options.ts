import type { ErrorMatch, OutcomeRules } from '../contracts/error-match.js';
import type { ModuleBehaviorOption } from '../contracts/send-behavior.js';
import type { Engine } from '../ports/engine.js';
import type { MessageTracer } from '../ports/message-tracer.js';
import type { Outbox } from '../ports/outbox-store.js';
import type { Serializer } from '../ports/serializer.js';
import type { ConcurrencyLimits } from '../pipeline/admission/admission.js';
import type { RoutingStrategyName } from '../routing/resolve-routing-strategy.js';
import type { RoutingStrategy } from '../routing/routing-strategy.js';
import type { IdempotencyOptions } from '../reliability/idempotent-execution.js';
import type { RetryOptions } from '../reliability/retry-policy.js';
import type { Limits } from '../wire/limits.js';

/**
 * Options of a node. Every option has a default; unknown and invalid ones are reported together at start-up.
 *
 * @publicApi
 */
export interface CatgaOptions {
  /** Engine: transports and stores messages.
   * @defaultValue `memory()`: one process, no broker, no persistence
   */
  readonly engine?: Engine;
  /** Service name, shared by replicas. Replicas of a service compete for each event; every service gets it.
   * @defaultValue 'app'
   */
  readonly service?: string;
  /** Namespace: isolates applications that share a broker.
   * @defaultValue 'catga'
   */
  readonly namespace?: string;
  /** Node id, unique among the running nodes of the namespace.
   * @defaultValue the service, `-`, and a random suffix
   */
  readonly nodeId?: string;
  /** URL of this node's own HTTP interface; only shown to the other nodes. */
  readonly endpoint?: string;
  /** Metadata shown to the other nodes, as text: zone, version.
   * @defaultValue none
   */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Names of headers that a message passes on to the messages which its handler sends, publishes and enqueues through its
   * context, unless the handler gives them itself. Names are case-sensitive.
   * @defaultValue ['traceparent', 'tracestate', 'baggage'], the trace context of W3C
   */
  readonly propagatedHeaders?: readonly string[];
  /** `'tool'` for command lines and dashboards: a node that handles nothing, is not listed by `nodes()`, and gets no messages.
   * @defaultValue 'node'
   */
  readonly role?: 'node' | 'tool';
  /** Questions of tools that this node answers. Whoever reaches the broker may ask. */
  readonly admin?: {
    /** What the node handles.
     * @defaultValue true
     */
    readonly describe?: boolean;
    /** Its load, its memory and how often it failed.
     * @defaultValue true
     */
    readonly stats?: boolean;
    /** Its latest failures, with the texts of the errors.
     * @defaultValue true
     */
    readonly failures?: boolean;
    /** The names and ids of the messages that it handles, and the texts of errors; neither content nor headers.
     * @defaultValue true
     */
    readonly tap?: boolean;
    /** How many messages of which name its handlers get from which node, and how long they take.
     * @defaultValue true
     */
    readonly traffic?: boolean;
    /** Its sagas, with their states, and its schedules; and whether it retries, compensates and completes sagas for tools.
     * @defaultValue true
     */
    readonly sagas?: boolean;
    /** Its projections, and why they have stopped; and whether it pauses, resumes and rebuilds them for tools.
     * @defaultValue true
     */
    readonly projections?: boolean;
  };
  /** Heartbeats: failure detection between nodes. */
  readonly heartbeat?: {
    /** Interval of the heartbeats, which also report the load, in milliseconds.
     * @defaultValue 5000
     */
    readonly intervalMs?: number;
    /** Time without a heartbeat after which a node has left, in milliseconds; more than `intervalMs`.
     * @defaultValue 15000
     */
    readonly timeoutMs?: number;
  };
  /** Routing strategy of requests: `'local-first'` this node if it handles them, else the others in turn; `'round-robin'`
   * all in turn; `'least-loaded'`; `'random'`; `'consistent-hash'` by the message's key; or a strategy of your own.
   * @defaultValue 'local-first'
   */
  readonly routing?: RoutingStrategyName | RoutingStrategy;
  /** Messages that may leave the process. With `'named'` a message without `@Message({ name })` is handled by this process
   * only, by reference: it is not sent to other nodes, not announced to them, and cannot be queued; two of its kind may have
   * one class name. Reliable events are stored under their class name all the same.
   * @defaultValue 'all'
   */
  readonly remote?: 'all' | 'named';
  /** Handlers of a message whose class has none of its own: `'nearest'` those of its nearest base class that has some, as a
   * message of that class. `'all'`: besides, an event reaches the handlers of all its base classes, each once. A class with
   * a name of its own, `@Message({ name })`, never goes to handlers of its nearest base class.
   * @defaultValue 'none'
   */
  readonly inheritance?: 'none' | 'nearest' | 'all';
  /** Defaults of requests. */
  readonly request?: {
    /** Timeout of a request, in milliseconds, unless the message or the call sets one.
     * @defaultValue 30000 for a request to another node; none in one process: an ordinary `await` of a running handler
     */
    readonly timeoutMs?: number;
    /** Time without a response from the other node before a request is re-sent to it, in milliseconds; doubles each time.
     * While its handler runs the node responds with "running", so a slow handler is never run twice.
     * @defaultValue 500
     */
    readonly retransmitMs?: number;
    /** Number of transmissions without a response before failover to another node.
     * @defaultValue 4
     */
    readonly maxAttempts?: number;
  };
  /** Concurrency limits of the node. */
  readonly concurrency?: {
    /** Maximum number of requests and plain events in flight. Requests that a handler sends through its context use its
     * slot.
     * @defaultValue Infinity
     */
    readonly maxInFlight?: number;
    /** Maximum number of messages that wait for a slot; beyond it `CATGA_OVERLOADED`.
     * @defaultValue 10000
     */
    readonly maxQueued?: number;
    /** Maximum wait for a slot before `CATGA_OVERLOADED`, in milliseconds.
     * @defaultValue 30000
     */
    readonly queueTimeoutMs?: number;
  };
  /** Retries (redelivery) of reliable events and queued commands. */
  readonly retry?: {
    /** Number of attempts before a message becomes a dead letter.
     * @defaultValue 5
     */
    readonly maxAttempts?: number;
    /** Delay after the first failure, in milliseconds.
     * @defaultValue 100
     */
    readonly initialDelayMs?: number;
    /** Maximum delay, in milliseconds.
     * @defaultValue 30000
     */
    readonly maxDelayMs?: number;
    /** Factor between one delay and the next.
     * @defaultValue 2
     */
    readonly multiplier?: number;
    /** Whether each delay is random between 50 % and 100 % of its value.
     * @defaultValue true
     */
    readonly jitter?: boolean;
  };
  /** Idempotency records: ids and outcomes. */
  readonly idempotency?: {
    /** Lifetime of a recorded outcome, and of a recorded success of a QoS 2 event, in milliseconds.
     * @defaultValue 86400000 (24 hours)
     */
    readonly ttlMs?: number;
    /** Lease of a run, in milliseconds: without renewal it expires, and its id may run again.
     * @defaultValue 30000
     */
    readonly leaseMs?: number;
  };
  /**
   * Errors of handlers that are outcomes: recorded under the id of their request and replayed to a repeat. The option of
   * a message overrides it.
   * @defaultValue every error except infrastructure failures (network, database or broker unavailable) and
   * errors with `retryable: true`
   */
  readonly outcomes?: OutcomeRules;
  /**
   * Errors of handlers that dead-letter a reliable event or a queued command at the first attempt, as does any error with
   * `retryable: false`. The option of a message overrides it.
   * @defaultValue none
   */
  readonly deadLetterOn?: readonly ErrorMatch[];
  /** Dead letters: messages whose retries are exhausted. */
  readonly deadLetters?: {
    /** Retention of dead letters, in milliseconds.
     * @defaultValue 2592000000 (30 days)
     */
    readonly ttlMs?: number;
  };
  /** Outbox: stores reliable events and queued commands during a broker outage and sends them in order after the
   * reconnect: `memoryOutbox()`, or `fileOutbox()` of `@catga/outbox-file`.
   * @defaultValue none: `publish` and `enqueue` reject with `CATGA_ENGINE_UNAVAILABLE`
   */
  readonly outbox?: Outbox;
  /** Size limits of messages. */
  readonly limits?: {
    /** Maximum size of an encoded message, in bytes.
     * @defaultValue 1048576 (1 MiB)
     */
    readonly maxPayloadBytes?: number;
    /** Maximum size of all headers together, in bytes.
     * @defaultValue 16384 (16 KiB)
     */
    readonly maxHeaderBytes?: number;
  };
  /** Serializer of messages that are stored or sent.
   * @defaultValue `json()`
   */
  readonly serializer?: Serializer;
  /** Behaviors (middleware) around every handler, the first one outermost; those with `side: 'send'`, around every call that
   * hands a message over. A policy among them has separate state for each
   * message type, and is replaced by a policy of the same kind on the message.
   * @defaultValue none
   */
  readonly behaviors?: readonly ModuleBehaviorOption[];
  /** Tracers, the first one outermost: `openTelemetry()` and `prometheus()` of `@catga/telemetry`, or your own.
   * @defaultValue none: nothing is traced, and nothing is spent on it
   */
  readonly telemetry?: readonly MessageTracer[];
  /** Readiness of the node. */
  readonly health?: {
    /** Duration of a broker outage after which the node is not ready, in milliseconds.
     * @defaultValue 10000
     */
    readonly graceMs?: number;
  };
  /** Graceful shutdown. */
  readonly shutdown?: {
    /**
     * Time for which a node that is told to stop works as before, while its readiness is already down, in milliseconds: until
     * load balancers have noticed.
     * @defaultValue 0
     */
    readonly delayMs?: number;
    /** Time to wait for running handlers, in milliseconds; then their `context.signal` is aborted.
     * @defaultValue 10000
     */
    readonly drainTimeoutMs?: number;
  };
}

/** Re-sending of unanswered requests. */
export interface RetransmissionOptions {
  /** Time without a response before a request is re-sent to the same node, in milliseconds; doubles each time. */
  readonly retransmitMs: number;
  /** Number of transmissions without a response before failover to another node. */
  readonly maxAttempts: number;
}

/** Resolved options: complete, validated and frozen. */
export interface ResolvedCatgaOptions {
  readonly engine: Engine;
  readonly service: string;
  readonly namespace: string;
  readonly nodeId: string;
  readonly endpoint: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly propagatedHeaders: readonly string[];
  readonly role: 'node' | 'tool';
  readonly admin: {
    readonly describe: boolean;
    readonly stats: boolean;
    readonly failures: boolean;
    readonly tap: boolean;
    readonly traffic: boolean;
    readonly sagas: boolean;
    readonly projections: boolean;
  };
  readonly heartbeat: { readonly intervalMs: number; readonly timeoutMs: number };
  readonly routing: RoutingStrategyName | RoutingStrategy;
  readonly remote: 'all' | 'named';
  readonly inheritance: 'none' | 'nearest' | 'all';
  readonly request: { readonly timeoutMs: number | undefined } & RetransmissionOptions;
  readonly concurrency: ConcurrencyLimits;
  readonly retry: RetryOptions;
  readonly idempotency: IdempotencyOptions;
  readonly outcomes: OutcomeRules;
  readonly deadLetterOn: readonly ErrorMatch[];
  readonly deadLetters: { readonly ttlMs: number };
  readonly outbox: Outbox | undefined;
  readonly limits: Limits;
  readonly serializer: Serializer;
  readonly behaviors: readonly ModuleBehaviorOption[];
  readonly telemetry: readonly MessageTracer[];
  readonly health: { readonly graceMs: number };
  readonly shutdown: { readonly delayMs: number; readonly drainTimeoutMs: number };
}
