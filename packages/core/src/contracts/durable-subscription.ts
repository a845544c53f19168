import type { MessageKind } from './envelope.js';

/**
 * Durable subscription of a handler of reliable events, or command queue, as stored by the engine even without a consumer.
 *
 * @publicApi
 */
export interface DurableSubscription {
  /** `service.handler`, or `queue.` and the wire name of a command. */
  readonly id: string;
  readonly kind: Exclude<MessageKind, 'query'>;
  /** Wire names of its messages. */
  readonly names: readonly string[];
  /** Number of unsettled messages, including those in progress. */
  readonly waiting: number;
}
