import { outboxStoreSuite } from '@catga/testing/outbox';
import { describe, it } from '@jest/globals';
import { outages } from './outages.js';
import type { OutboxHarness } from '@catga/testing/outbox';
import type { InterruptibleBroker } from './interruptible-broker.js';

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
    describe('the store', () => {
      it.each(outboxStoreSuite(harness))('$name', ({ run }) => run());
    });
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
