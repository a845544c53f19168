// What outbox stores of one's own are tested with. Needs no Nest and no test framework.
export { outboxStoreSuite } from './outbox/outbox-store-suite.js';
export type { OutboxCase } from './outbox/outbox-case.js';
export type { OutboxHarness, OutboxUnderTest } from './outbox/outbox-harness.js';
