import type { BehaviorOption } from '../contracts/behavior.js';
import type { ErrorMatch, OutcomeRules } from '../contracts/error-match.js';
import type { Engine } from '../ports/engine.js';
import type { Outbox } from '../ports/outbox-store.js';
import type { Serializer } from '../ports/serializer.js';
import type { ConcurrencyLimits } from '../pipeline/admission/admission.js';
import type { RoutingStrategyName } from '../routing/resolve-routing-strategy.js';
import type { RoutingStrategy } from '../routing/routing-strategy.js';
import type { IdempotencyOptions } from '../reliability/idempotent-execution.js';
import type { RetryOptions } from '../reliability/retry-policy.js';
import type { Limits } from '../wire/limits.js';

/**
 * How a node is set up. Everything has a default; unknown and wrong options are all reported at once at start-up.
 *
 * @publicApi
 */
export interface CatgaOptions {
  /**
   * What distributes and remembers messages.
   * @defaultValue `memory()`: one process, nothing to install, nothing kept after it ends
   */
  readonly engine?: Engine;
  /**
   * The name that replicas share. Replicas of one service compete for an event; each service gets it.
   * @defaultValue 'app'
   */
  readonly service?: string;
  /**
   * Keeps applications that share a broker apart.
   * @defaultValue 'catga'
   */
  readonly namespace?: string;
  /**
   * The name of this node, unique among the running nodes of the namespace.
   * @defaultValue the service, `-`, and a random suffix
   */
  readonly nodeId?: string;
  /** Where this node's own HTTP interface is reached; only published to the other nodes. */
  readonly endpoint?: string;
  /**
   * Text published to the other nodes: zone, version.
   * @defaultValue none
   */
  readonly metadata?: Readonly<Record<string, string>>;
  /** How nodes notice that one is gone. */
  readonly heartbeat?: {
    /**
     * How often the node reports itself and its load, in milliseconds.
     * @defaultValue 5000
     */
    readonly intervalMs?: number;
    /**
     * After how long without a report it is gone, in milliseconds; more than `intervalMs`.
     * @defaultValue 15000
     */
    readonly timeoutMs?: number;
  };
  /**
   * Which node handles a request: `'local-first'` this one if it can, else each in its turn; `'round-robin'` each in its
   * turn; `'least-loaded'`; `'random'`; `'consistent-hash'` by the message's key; or a strategy of your own.
   * @defaultValue 'local-first'
   */
  readonly routing?: RoutingStrategyName | RoutingStrategy;
  /** Defaults of requests. */
  readonly request?: {
    /**
     * How long a caller waits for an outcome, in milliseconds, where neither the message nor the call says.
     * @defaultValue 30000 for a request to another node; none in one process: an ordinary `await` of a running handler
     */
    readonly timeoutMs?: number;
    /**
     * How long a request to another node waits for a sign of life before it is sent there again, in milliseconds; the
     * pause doubles. A slow handler answers with one and is never run twice for it.
     * @defaultValue 500
     */
    readonly retransmitMs?: number;
    /**
     * After how many transmissions without a sign of life another node is asked.
     * @defaultValue 4
     */
    readonly maxAttempts?: number;
  };
  /** How much the node takes on at a time. */
  readonly concurrency?: {
    /**
     * Requests and plain events handled at the same time. Requests that a handler sends through its context are part of
     * its own work and always have a place.
     * @defaultValue Infinity
     */
    readonly maxInFlight?: number;
    /**
     * How many more wait for a place before `CATGA_OVERLOADED`.
     * @defaultValue 10000
     */
    readonly maxQueued?: number;
    /**
     * How long they wait before `CATGA_OVERLOADED`, in milliseconds.
     * @defaultValue 30000
     */
    readonly queueTimeoutMs?: number;
  };
  /** How reliable events and queued commands are tried again. */
  readonly retry?: {
    /**
     * How often a message is tried before it becomes a dead letter.
     * @defaultValue 5
     */
    readonly maxAttempts?: number;
    /**
     * The pause after the first failure, in milliseconds.
     * @defaultValue 100
     */
    readonly initialDelayMs?: number;
    /**
     * The longest pause, in milliseconds.
     * @defaultValue 30000
     */
    readonly maxDelayMs?: number;
    /**
     * How much longer each pause is than the one before.
     * @defaultValue 2
     */
    readonly multiplier?: number;
    /**
     * Whether a pause is drawn at random between half of itself and all of it.
     * @defaultValue true
     */
    readonly jitter?: boolean;
  };
  /** The record of ids and outcomes. */
  readonly idempotency?: {
    /**
     * How long an outcome is replayed, and a recorded success of a QoS 2 event remembered, in milliseconds.
     * @defaultValue 86400000 (24 hours)
     */
    readonly ttlMs?: number;
    /**
     * After how long without renewal a run is taken for dead and its id may run again, in milliseconds.
     * @defaultValue 30000
     */
    readonly leaseMs?: number;
  };
  /**
   * Which errors of handlers are outcomes: recorded under the id of their request and answered again to a repeat. A
   * message may have its own, which then count instead.
   * @defaultValue every error but failures of the infrastructure (a network, a database or a broker that is away) and
   * those with `retryable: true`
   */
  readonly outcomes?: OutcomeRules;
  /**
   * Errors of handlers after which a reliable event or a queued command is not tried again: it becomes a dead letter at
   * once, as after any error with `retryable: false`. A message may have its own, which then count instead.
   * @defaultValue none
   */
  readonly deadLetterOn?: readonly ErrorMatch[];
  /** What becomes of messages that handlers gave up on. */
  readonly deadLetters?: {
    /**
     * How long they are kept, in milliseconds.
     * @defaultValue 2592000000 (30 days)
     */
    readonly ttlMs?: number;
  };
  /**
   * Where reliable events and queued commands wait while the engine is away: `memoryOutbox()`, or `fileOutbox()` of
   * `@catga/outbox-file`. They are sent in order when it is back.
   * @defaultValue none: `publish` and `enqueue` reject with `CATGA_ENGINE_UNAVAILABLE`
   */
  readonly outbox?: Outbox;
  /** How large messages may be. */
  readonly limits?: {
    /**
     * The encoded message, in bytes.
     * @defaultValue 1048576 (1 MiB)
     */
    readonly maxPayloadBytes?: number;
    /**
     * All headers together, in bytes.
     * @defaultValue 16384 (16 KiB)
     */
    readonly maxHeaderBytes?: number;
  };
  /**
   * How messages become bytes where they are stored or sent.
   * @defaultValue `json()`
   */
  readonly serializer?: Serializer;
  /**
   * Steps around every handler, the first one outermost. A policy among them is for each type of message by itself, and
   * gives way to the one of the same sort that a message has of its own.
   * @defaultValue none
   */
  readonly behaviors?: readonly BehaviorOption[];
  /** When a node says that it is not ready. */
  readonly health?: {
    /**
     * How long the engine may be out of reach before the node's readiness is down, in milliseconds.
     * @defaultValue 10000
     */
    readonly graceMs?: number;
  };
  /** How the node stops. */
  readonly shutdown?: {
    /**
     * How long running handlers are waited for, in milliseconds; then their `context.signal` is aborted.
     * @defaultValue 10000
     */
    readonly drainTimeoutMs?: number;
  };
}

/** How unanswered requests are sent again. */
export interface RetransmissionOptions {
  /** How long a request waits for an answer before it is sent to the same node again, in milliseconds; doubles. */
  readonly retransmitMs: number;
  /** After how many transmissions without an answer another node is asked. */
  readonly maxAttempts: number;
}

/** Options as the kernel uses them: complete, checked and frozen. */
export interface ResolvedCatgaOptions {
  readonly engine: Engine;
  readonly service: string;
  readonly namespace: string;
  readonly nodeId: string;
  readonly endpoint: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly heartbeat: { readonly intervalMs: number; readonly timeoutMs: number };
  readonly routing: RoutingStrategyName | RoutingStrategy;
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
  readonly behaviors: readonly BehaviorOption[];
  readonly health: { readonly graceMs: number };
  readonly shutdown: { readonly drainTimeoutMs: number };
}
