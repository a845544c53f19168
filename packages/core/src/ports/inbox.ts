import type { MessageIdentity } from './stored-message.js';

/**
 * The record of which handler has succeeded on which message: what makes QoS 2 of events.
 *
 * Contract: the subscription, the wire name and the id together are the key, whatever is in them. `add` may be repeated.
 */
export interface Inbox {
  has(subscription: string, message: MessageIdentity): Promise<boolean>;
  /** Records a success for `ttlMs`. */
  add(subscription: string, message: MessageIdentity, ttlMs: number): Promise<void>;
}
