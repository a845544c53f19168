import type { MessageKind } from './envelope.js';

/**
 * What the engine remembers of a handler of reliable events, or of a queue of commands, whether a node handles it or not.
 *
 * @publicApi
 */
export interface DurableSubscription {
  /** `service.handler`, or `queue.` and the wire name of a command. */
  readonly id: string;
  readonly kind: Exclude<MessageKind, 'query'>;
  /** Wire names of what it gets. */
  readonly names: readonly string[];
  /** How many messages are not settled yet, those that are being handled included. */
  readonly waiting: number;
}
