import type { DurableSubscription } from '../contracts/durable-subscription.js';

/**
 * Register of durable subscriptions. Optional, for engines whose log outlives its subscribers.
 *
 * Contract: `list` returns every subscription that was created and not dropped. Dropping one deletes its undelivered
 * messages; subscribing again creates a new one.
 */
export interface SubscriptionRegister {
  list(): Promise<readonly DurableSubscription[]>;
  /** Resolves with whether the subscription existed. */
  drop(id: string): Promise<boolean>;
}
