import type { CatgaError } from '../errors/catga-error.js';
import type { LogMessage } from './stored-message.js';

/** Options of an append. */
export interface AppendOptions {
  /** Delay of the first delivery, in milliseconds. */
  readonly delayMs?: number;
  /** The only subscription that gets the message: for a redriven dead letter. Not deduplicated. */
  readonly subscription?: string;
  /**
   * The id was generated for this call and is not reused unless the call fails. Such messages are stored
   * many at a time.
   * @defaultValue false
   */
  readonly isFresh?: boolean;
  /**
   * The message was stored before and removed: a rescheduled command. Not deduplicated.
   * @defaultValue false
   */
  readonly isAgain?: boolean;
}

/** The prefix of command queue ids, `queue.<wire name>`, in the place of the service; a service cannot have this name. */
export const COMMAND_QUEUES = 'queue';

/** A durable subscription: the engine stores it across restarts of its consumers. */
export interface LogSubscription {
  /** `service.handler`; consumers with the same id compete for its messages. */
  readonly id: string;
  readonly kind: 'event' | 'command';
  /** Wire names of the subscribed messages. */
  readonly names: readonly string[];
  /**
   * Start position of a new subscription: messages appended from now on, or all that the engine retains.
   * @defaultValue 'new'
   */
  readonly startFrom?: 'new' | 'beginning';
  /** Maximum number of unsettled deliveries of this consumer. */
  readonly concurrency: number;
}

/** A delivery: one attempt at a message. Settled by the first `ack`, `nak` or `release`; later calls have no effect. */
export interface LogDelivery {
  readonly message: LogMessage;
  /**
   * Attempt number, 1 for the first delivery to this subscription. A delivery whose process crashed counts as an
   * attempt; a released one does not.
   */
  readonly attempt: number;
  /**
   * Decoding error of an unreadable message. Then the body has the raw bytes, and the other fields what is known
   * without decoding. The handler is not called.
   */
  readonly problem?: Error;
  /**
   * Whether a confirmed acknowledgement keeps the message from every node for good, and no other copy of it exists: then
   * no other record of the success is needed.
   * @defaultValue false
   */
  readonly isRecordedWhenDone?: boolean;
  /** Set by the handling side; told if the delivery has no effect any more, and the message may be delivered again. */
  handledBy?: DeliveryHandling;
  /**
   * Acknowledgement: the message is not delivered to this subscription again.
   * @param isConfirmed whether to resolve only after the engine has recorded it; otherwise a lost acknowledgement
   * leads to a redelivery
   * @returns undefined if there is nothing to wait for
   */
  ack(isConfirmed?: boolean): Promise<void> | undefined;
  /** Negative acknowledgement: redelivered with the next attempt number, after at least `delayMs` milliseconds. */
  nak(delayMs: number): Promise<void>;
  /**
   * Release without an attempt: redelivered to any consumer with the same attempt number, after at least `delayMs`
   * milliseconds.
   */
  release(delayMs?: number): Promise<void>;
}

/** Callbacks of the handling side of a delivery. */
export interface DeliveryHandling {
  /** @param reason that another node takes the message over; undefined if nobody does */
  lost(reason: CatgaError | undefined): void;
}

/** A consumer: one node's share of a subscription. */
export interface LogConsumer {
  /** Stops new deliveries. Those in progress stay with their handler until settled. */
  stop(): Promise<void>;
}

/**
 * Durable log of messages with durable subscriptions, for reliable events and queued commands.
 *
 * Contract:
 * - `append` resolves only once the message is stored, and rejects with `CATGA_OVERLOADED` when the log is full.
 * - A message whose name and id were appended before, within the deduplication window, is not stored again; then
 *   `duplicate` is true.
 * - Each subscription gets each message of its names appended after its creation, until acknowledged.
 * - Consumers of one subscription compete. Unsettled deliveries of a consumer that is gone are redelivered.
 * - Messages of one key are delivered to a subscription in append order: none while an earlier one of its key is
 *   unsettled there. Delayed messages, and messages appended for one subscription, are not ordered.
 */
export interface DurableLog {
  append(message: LogMessage, options?: AppendOptions): Promise<{ readonly duplicate: boolean }>;
  subscribe(subscription: LogSubscription, deliver: (delivery: LogDelivery) => void): Promise<LogConsumer>;
}
