import { describe } from '@jest/globals';
import { interruptedMemory } from './interrupted-memory.js';
import { outboxStore } from './outbox-store.js';
import { outages } from './outages.js';
import type { InterruptibleBroker, OutboxHarness } from './outbox-harness.js';

/**
 * Holds an outbox to its contract, and a node with it to what is promised of an absence of the broker.
 * @param createBroker the broker that goes away; by default the memory engine, in a moved time
 */
export function describeOutbox(
  name: string,
  harness: OutboxHarness,
  createBroker: () => Promise<InterruptibleBroker> = interruptedMemory,
): void {
  describe(`outbox ${name}`, () => {
    outboxStore(harness);
    outages(harness, createBroker);
  });
}
