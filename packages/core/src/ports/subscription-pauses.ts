/**
 * Pauses of durable subscriptions and command queues, for all nodes. Optional, for engines with a register of them.
 *
 * Contract: a paused subscription delivers nothing, to any consumer on any node, until it is resumed; consumers that
 * connect later included. Deliveries in progress may be settled. The register lists it with `isPaused`; dropping a
 * subscription ends its pause.
 */
export interface SubscriptionPauses {
  /** Resolves once every node that reaches the broker has had time to notice, with whether the subscription exists. */
  pause(id: string): Promise<boolean>;
  /** Resolves with whether it was paused. */
  resume(id: string): Promise<boolean>;
}
