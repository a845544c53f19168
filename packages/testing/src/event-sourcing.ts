// What decision handlers and event stores are tested with. Needs the package @catga/event-sourcing, and no test framework.
export { decisionTest } from './event-sourcing/decision-test.js';
export type { DecidedTest, DecisionTest } from './event-sourcing/decision-test.js';
export { describeEventStore } from './event-sourcing/describe-event-store.js';
export type { EventStoreRunner } from './event-sourcing/describe-event-store.js';
export type { EventStoreHarness, EventStoreUnderTest } from './event-sourcing/event-store-harness.js';
