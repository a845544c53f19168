import { describe } from '@jest/globals';
import { outboxStore } from './outbox-store.js';
import { outages } from './outages.js';
import type { InterruptibleBroker, OutboxHarness } from './outbox-harness.js';

/**
 * Compliance suite for outboxes: the store itself, and a node with the outbox during broker outages.
 * @param createBroker creates a broker that goes away; {@link interruptedMemory} will do
 */
export function describeOutbox(
  name: string,
  harness: OutboxHarness,
  createBroker: () => Promise<InterruptibleBroker>,
): void {
  describe(`outbox ${name}`, () => {
    outboxStore(harness);
    outages(harness, createBroker);
  });
}

/** Only the outage part: whether an engine goes away and comes back as outboxes expect. */
export function describeOutages(
  name: string,
  harness: OutboxHarness,
  createBroker: () => Promise<InterruptibleBroker>,
): void {
  describe(`an outbox before ${name}`, () => {
    outages(harness, createBroker);
  });
}
