import { describe } from '@jest/globals';
import { outboxStore } from './outbox-store.js';
import { outages } from './outages.js';
import type { InterruptibleBroker, OutboxHarness } from './outbox-harness.js';

/**
 * Holds an outbox to its contract, and a node with it to what is promised of an absence of the broker.
 * @param createBroker the broker that goes away; {@link interruptedMemory} will do
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

/** Only the second half: that an engine goes away and comes back as outboxes expect of it. */
export function describeOutages(
  name: string,
  harness: OutboxHarness,
  createBroker: () => Promise<InterruptibleBroker>,
): void {
  describe(`an outbox before ${name}`, () => {
    outages(harness, createBroker);
  });
}
