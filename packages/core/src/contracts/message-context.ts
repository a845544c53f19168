import type { CatgaRequest, Command } from './request.js';
import type { MessageHeaders } from './headers.js';
import type { EnqueueOptions, EnqueueReceipt, PublishOptions, SendOptions } from './send-options.js';

/**
 * What a handler knows about the message it is handling.
 *
 * @publicApi
 */
export interface MessageContext {
  /** The wire name of the message. */
  readonly name: string;
  /** Assigned once; the same for every attempt. */
  readonly messageId: string;
  /**
   * What an effect of this handler is to be known by where it must not happen twice: as an idempotency key for another
   * system, or a unique key in a table. Text of the wire name and the id, and for an event also of the subscription,
   * `service.handler`, with `~` between them: the same for every attempt, after a redrive, and on every node, and no
   * other message's or handler's, though the id alone may be.
   */
  readonly effectKey: string;
  /** The id of the message that began this conversation; the message's own id if it was the first. */
  readonly correlationId: string;
  /** The id of the message whose handler sent this one. */
  readonly causationId: string | undefined;
  /** What the sender attached. */
  readonly headers: MessageHeaders;
  /** 1 for the first delivery of this message to this handler. */
  readonly attempt: number;
  /** The id of the node that sent the message. */
  readonly originNodeId: string;
  /** When the caller stops waiting; undefined if it waits as long as the handler runs. */
  readonly deadline: Date | undefined;
  /**
   * Aborted when the caller gives up, when the deadline passes, when the node has to stop, or when it stood still for so
   * long that another node took the message over: look at it before an effect that must not happen twice.
   */
  readonly signal: AbortSignal;
  /** As `mediator.send`, with this message as the cause and no more time than this message has left. */
  send<R>(request: CatgaRequest<R>, options?: SendOptions): Promise<R>;
  /** As `mediator.publish`, with this message as the cause. */
  publish(event: object, options?: PublishOptions): Promise<void>;
  /** As `mediator.enqueue`, with this message as the cause. */
  enqueue<R>(command: Command<R>, options?: EnqueueOptions): Promise<EnqueueReceipt<R>>;
}
