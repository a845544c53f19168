import type { CatgaResult } from './result.js';

/**
 * Options of one request.
 *
 * @publicApi
 */
export interface SendOptions {
  /**
   * Idempotency key. A repeated id is not handled again: it gets the recorded outcome, for `idempotency.ttlMs`. The same
   * id with another content, or for another message, is `CATGA_IDEMPOTENCY_MISMATCH`; an empty one is
   * `CATGA_VALIDATION_FAILED`. Without it the request gets a generated id, and idempotency costs nothing. At QoS 0, as for
   * queries, nothing is recorded.
   */
  readonly messageId?: string;
  /** Timeout for the outcome, in milliseconds, above 0; then `CATGA_TIMEOUT`. Default: that of the message, else of the module. */
  readonly timeoutMs?: number;
  /** Cancellation: aborting it rejects with `CATGA_CANCELLED` and aborts the handler's `context.signal`. */
  readonly signal?: AbortSignal;
  /** Headers of the message: text, sent to the handler's `context.headers`. One whose value is undefined is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /**
   * Id of an event of a stream, `<stream>@<version>`: a handler with `@Reads` of `@catga/event-sourcing` answers once its read models have it. Handlers
   * without do not wait. Sent as the header `catga-after`.
   */
  readonly after?: string | undefined;
  /** Key for `consistent-hash` routing and ordering. Overrides `@Message({ key })`. */
  readonly key?: string;
}

/** Options of all requests of a batch: {@link SendOptions} without `messageId`, which identifies one message. */
export type BatchOptions = Omit<SendOptions, 'messageId'>;

/**
 * Options of `sendStream`.
 *
 * @publicApi
 */
export interface StreamOptions extends BatchOptions {
  /**
   * Maximum number of requests in flight or unread. The source is not pulled beyond it.
   * @defaultValue 16
   */
  readonly concurrency?: number;
  /**
   * Order of the results. `true`: as the requests. `false`: as they finish.
   * @defaultValue true
   */
  readonly ordered?: boolean;
}

/**
 * Options of one event.
 *
 * @publicApi
 */
export interface PublishOptions {
  /** Deduplication id of a reliable event: the engine stores one event per name and id within its deduplication window. */
  readonly messageId?: string;
  /** Headers of the event: text, sent to every handler's `context.headers`. One whose value is undefined is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Ordering key: events with the same key reach a handler in order. Overrides `@Message({ key })`. */
  readonly key?: string;
  /**
   * Handle of an open transaction of the outbox's database, as its library has it (an `EntityManager`, a `PoolClient`, …):
   * the message is sent if the transaction commits. Without it a message joins the transaction that is open in the
   * calling code, if the outbox can see that. `CATGA_UNSUPPORTED` without an outbox that joins transactions, and for
   * an event at QoS 0.
   */
  readonly transaction?: unknown;
}

/**
 * Options of a queued command.
 *
 * @publicApi
 */
export interface EnqueueOptions extends PublishOptions {
  /** Delay before the command is handled, in milliseconds, from 0 to 366 days. */
  readonly delayMs?: number;
  /**
   * Recording of the outcome, for {@link EnqueueReceipt.outcome} and `CatgaMediator.outcomeOf`: the handler's result, or
   * the error of its dead letter. The record is kept for `idempotency.ttlMs` and costs the handling node two round trips.
   * @defaultValue false
   */
  readonly keepOutcome?: boolean;
}

/**
 * Receipt of a queued command: the engine or the outbox has stored it.
 *
 * @publicApi
 */
export interface EnqueueReceipt<R = unknown> {
  /** The id the command runs under. */
  readonly messageId: string;
  /** The wire name of the command. */
  readonly name: string;
  /** Whether a command with this id was stored before, and this one was dropped. */
  readonly duplicate: boolean;
  /**
   * Final outcome of the command: its result, or the error of its dead letter. Polls the record, after 20 ms at first and
   * at most every 2 s. Rejects with `CATGA_TIMEOUT`, `CATGA_CANCELLED` or `CATGA_SHUTTING_DOWN` when the wait ends first,
   * without an effect on the command; with `CATGA_UNSUPPORTED` if it was queued without `keepOutcome`; with
   * `CATGA_CONFIGURATION` if `timeoutMs` is not above 0; with `CATGA_SERIALIZATION` if the record cannot be decoded.
   */
  outcome(options?: OutcomeOptions): Promise<CatgaResult<R>>;
}

/**
 * Options of the wait for the outcome of a queued command.
 *
 * @publicApi
 */
export interface OutcomeOptions {
  /** Timeout of the wait, in milliseconds, above 0; then `CATGA_TIMEOUT`. Default: no limit while the node runs. */
  readonly timeoutMs?: number;
  /** Cancellation: aborting it ends the wait with `CATGA_CANCELLED`. */
  readonly signal?: AbortSignal;
}
