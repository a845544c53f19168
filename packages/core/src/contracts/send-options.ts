import type { CatgaResult } from './result.js';

/**
 * What a caller may say about one request.
 *
 * @publicApi
 */
export interface SendOptions {
  /**
   * An idempotency key. The same id runs once and gets the recorded outcome; the same id with another content, or for
   * another message, is `CATGA_IDEMPOTENCY_MISMATCH`. Without it the request gets an id of its own and pays nothing for
   * idempotency. Only an id where the message is delivered at most once (QoS 0, as queries are): then nothing is recorded.
   */
  readonly messageId?: string;
  /** How long to wait for the outcome, in milliseconds; then `CATGA_TIMEOUT`. */
  readonly timeoutMs?: number;
  /** Aborting it gives the request up with `CATGA_CANCELLED` and aborts the handler's `context.signal`. */
  readonly signal?: AbortSignal;
  /** Travels with the message to the handler's `context.headers`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Overrides the key that `@Message({ key })` derives: what the `consistent-hash` routing and ordering go by. */
  readonly key?: string;
}

/** What may be said about many requests at once: all of {@link SendOptions} but the id, which names one message. */
export type BatchOptions = Omit<SendOptions, 'messageId'>;

/**
 * How `sendStream` pulls.
 *
 * @publicApi
 */
export interface StreamOptions extends BatchOptions {
  /**
   * How many requests may be unfinished or unread at a time. The source is not pulled beyond it.
   * @defaultValue 16
   */
  readonly concurrency?: number;
  /**
   * `true`: results in the order of the requests. `false`: as they finish.
   * @defaultValue true
   */
  readonly ordered?: boolean;
}

/**
 * What a publisher may say about one event.
 *
 * @publicApi
 */
export interface PublishOptions {
  /** Deduplicates retries of a reliable publish: the engine stores one event per name and id within its window. */
  readonly messageId?: string;
  /** Travels with the event to every handler's `context.headers`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Events with one key reach one handler in order. Overrides what `@Message({ key })` derives. */
  readonly key?: string;
}

/**
 * What may be said about a durable command.
 *
 * @publicApi
 */
export interface EnqueueOptions extends PublishOptions {
  /** Runs no sooner than this many milliseconds from now. */
  readonly delayMs?: number;
  /**
   * Records how the command ends, so that {@link EnqueueReceipt.outcome} and `CatgaMediator.outcomeOf` can tell: what its
   * handler returned, or the error it became a dead letter with. The record is kept for `idempotency.ttlMs`, and costs the
   * handling node two trips to it.
   * @defaultValue false
   */
  readonly keepOutcome?: boolean;
}

/**
 * Says that the engine has stored a command.
 *
 * @publicApi
 */
export interface EnqueueReceipt<R = unknown> {
  /** The id the command runs under. */
  readonly messageId: string;
  /** The wire name of the command. */
  readonly name: string;
  /** True if a command of this id was stored before and this one was dropped. */
  readonly duplicate: boolean;
  /**
   * Waits for the command to end for good: done, or a dead letter. Looks for its record again and again, after 20 ms at
   * first and at most every 2 s, so an outcome may be that much older than its news. Rejects with `CATGA_TIMEOUT` and
   * `CATGA_CANCELLED` when nobody waits any longer, which the command does not notice, and with `CATGA_UNSUPPORTED` if it
   * was queued without `keepOutcome`.
   */
  outcome(options?: OutcomeOptions): Promise<CatgaResult<R>>;
}

/**
 * How long somebody waits for the outcome of a queued command.
 *
 * @publicApi
 */
export interface OutcomeOptions {
  /** In milliseconds; then `CATGA_TIMEOUT`. Without it, for as long as the node runs. */
  readonly timeoutMs?: number;
  /** Aborting it ends the waiting with `CATGA_CANCELLED`. */
  readonly signal?: AbortSignal;
}
