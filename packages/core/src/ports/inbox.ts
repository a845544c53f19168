import type { MessageIdentity } from './stored-message.js';

/**
 * Record of successes by subscription and message: the deduplication of QoS 2 events.
 *
 * Contract: subscription, wire name and id together are the key; each may contain any characters. `add` may be repeated.
 */
export interface Inbox {
  has(subscription: string, message: MessageIdentity): Promise<boolean>;
  /** Records a success for `ttlMs` milliseconds. */
  add(subscription: string, message: MessageIdentity, ttlMs: number): Promise<void>;
}
