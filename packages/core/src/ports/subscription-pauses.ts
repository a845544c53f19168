/**
 * Pauses of durable subscriptions and command queues, for all nodes. Optional, for engines with a register of them.
 *
 * Contract: a paused subscription hands nothing to its consumers, on any node, until it is resumed: those that connect
 * later included. Deliveries in progress may be settled. The register lists it with `isPaused`, and ends the pause of a
 * subscription that it drops.
 */
export interface SubscriptionPauses {
  /** Resolves once every node that reaches the broker had the time to notice, with whether there is such a subscription. */
  pause(id: string): Promise<boolean>;
  /** Resolves with whether it was paused. */
  resume(id: string): Promise<boolean>;
}
