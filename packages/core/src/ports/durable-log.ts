import type { StoredMessage } from './stored-message.js';

/** How a message is appended. */
export interface AppendOptions {
  /** Not delivered before this many milliseconds have passed. */
  readonly delayMs?: number;
  /** Only to this subscription: a dead letter that is tried again. Not deduplicated. */
  readonly subscription?: string;
}

/** Stands where the service does in the ids of command queues, `queue.<wire name>`; so no service is called that. */
export const COMMAND_QUEUES = 'queue';

/** A durable subscription: what the engine remembers of a handler across restarts. */
export interface LogSubscription {
  /** `service.handler`; nodes that subscribe with one id compete for its messages. */
  readonly id: string;
  readonly kind: 'event' | 'command';
  /** Wire names of the messages it wants. */
  readonly names: readonly string[];
  /**
   * What a subscription gets that is made only now: what is appended from then on, or all that the engine still has.
   * @defaultValue 'new'
   */
  readonly startFrom?: 'new' | 'beginning';
  /** How many unsettled deliveries this consumer takes at a time. */
  readonly concurrency: number;
}

/** One attempt to hand a message to a subscription. Settled once, by `ack` or `nak`; a second settling has no effect. */
export interface LogDelivery {
  readonly message: StoredMessage;
  /**
   * 1 for the first delivery to this subscription. A delivery that ended with its process counts as an attempt; what
   * was given back untouched does not.
   */
  readonly attempt: number;
  /**
   * Why this could not be read; then the message's body is the bytes as they were found, and its other fields are
   * what is known without them. Such a message is not tried.
   */
  readonly problem?: Error;
  /**
   * Done with: never delivered to this subscription again.
   * @param isConfirmed resolve only once the engine has taken note of it; otherwise an acknowledgement that is lost
   * on its way may bring the message again
   */
  ack(isConfirmed?: boolean): Promise<void>;
  /** Give it back: delivered again, with the next attempt number, no sooner than `delayMs` from now. */
  nak(delayMs: number): Promise<void>;
  /**
   * Give it back untouched: delivered again, to any consumer and with the same attempt number, no sooner than `delayMs`
   * from now.
   */
  release(delayMs?: number): Promise<void>;
}

/** A node's part in a subscription. */
export interface LogConsumer {
  /** No new deliveries from now on. Those in progress stay with their handler until they are settled. */
  stop(): Promise<void>;
}

/**
 * An append-only log of messages with durable subscriptions: the ground of reliable events and queued commands.
 *
 * Contract:
 * - `append` resolves only once the message is stored, and rejects with `CATGA_OVERLOADED` when the log is full.
 * - A message whose name and id were appended together within the deduplication window is not stored again;
 *   `duplicate` says so.
 * - Each subscription gets each message of its names that was appended after it was first made, until acknowledged.
 * - Consumers of one subscription compete. What a consumer took and did not settle comes back when it is gone.
 * - Messages of one key reach a subscription in the order they were appended: none is delivered while an earlier one
 *   of its key is unsettled there. Those that were delayed, or appended for one subscription, need no place in it.
 */
export interface DurableLog {
  append(message: StoredMessage, options?: AppendOptions): Promise<{ readonly duplicate: boolean }>;
  subscribe(subscription: LogSubscription, deliver: (delivery: LogDelivery) => void): Promise<LogConsumer>;
}
