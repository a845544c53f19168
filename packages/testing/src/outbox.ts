// Compliance suite for custom outbox stores. Requires neither Nest nor a test framework.
export { outboxStoreSuite } from './outbox/outbox-store-suite.js';
export { recordStoreCases } from './outbox/record-store-cases.js';
export type { RecordStoreHarness, RecordStoreUnderTest } from './outbox/record-store-cases.js';
export type { OutboxCase } from './outbox/outbox-case.js';
export type { OutboxHarness, OutboxUnderTest } from './outbox/outbox-harness.js';
