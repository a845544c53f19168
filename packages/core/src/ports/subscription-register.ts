import type { DurableSubscription } from '../contracts/durable-subscription.js';

/**
 * The durable subscriptions that an engine remembers. An optional ability of engines whose log outlives a subscriber.
 *
 * Contract: `list` has every subscription that was made and not dropped. A dropped one is forgotten with all that waits
 * in it; who subscribes it later makes a new one.
 */
export interface SubscriptionRegister {
  list(): Promise<readonly DurableSubscription[]>;
  /** Resolves with whether there was one. */
  drop(id: string): Promise<boolean>;
}
