import type { CatgaRequest, Command } from './request.js';
import type { MessageHeaders } from './headers.js';
import type { EnqueueOptions, EnqueueReceipt, PublishOptions, SendOptions } from './send-options.js';

/**
 * Context of the message that a handler is processing.
 *
 * @publicApi
 */
export interface MessageContext {
  /** The wire name of the message. */
  readonly name: string;
  /** Id of the message: assigned once, the same for every attempt. */
  readonly messageId: string;
  /**
   * Idempotency key for a side effect of this handler: for another system, or as a unique key in a table.
   * Consists of wire name and message id, and for an event also the subscription `service.handler`, joined with `~`: the
   * same for every attempt, after a redrive, and on every node, and different for every other message and
   * handler, unlike the id alone.
   */
  readonly effectKey: string;
  /** Correlation id: the id of the first message of this conversation, which may be this one. */
  readonly correlationId: string;
  /** Causation id: the id of the message whose handler sent this one; undefined if no handler did. */
  readonly causationId: string | undefined;
  /** Headers that the sender attached. */
  readonly headers: MessageHeaders;
  /** Number of the attempt: 1 for the first delivery of this message to this handler. */
  readonly attempt: number;
  /** The id of the node that sent the message. */
  readonly originNodeId: string;
  /** Deadline of the caller; undefined if it waits as long as the handler runs. */
  readonly deadline: Date | undefined;
  /**
   * Abort signal: aborted when the caller cancels, when the deadline passes, when the shutdown limit of the node is
   * reached, or when the lease expired and another node took the message over. Check it before an effect that must not
   * happen twice. What a listener for `abort` throws is Node's `uncaughtException`, as with any `AbortSignal`.
   */
  readonly signal: AbortSignal;
  /**
   * Handle of the handler's transaction, as the database library has it, for a handler with `transaction: true`;
   * undefined for all others.
   */
  readonly transaction: unknown;
  /** Request of this handler: as `mediator.send`, with this message as the cause and no more time than it has left. Works while the node drains. */
  send<R>(request: CatgaRequest<R>, options?: SendOptions): Promise<R>;
  /** Event of this handler: as `mediator.publish`, with this message as the cause. Works while the node drains. */
  publish(event: object, options?: PublishOptions): Promise<void>;
  /** Queued command of this handler: as `mediator.enqueue`, with this message as the cause. */
  enqueue<R>(command: Command<R>, options?: EnqueueOptions): Promise<EnqueueReceipt<R>>;
}
