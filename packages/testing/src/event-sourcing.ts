// Test utilities for decision handlers, projections and event stores. Requires @catga/event-sourcing, but no test framework.
export { decisionTest } from './event-sourcing/decision-test.js';
export type { DecidedTest, DecisionTest } from './event-sourcing/decision-test.js';
export { describeEventStore } from './event-sourcing/describe-event-store.js';
export type { SuiteRunner } from './suite-runner.js';
export type { EventStoreHarness, EventStoreUnderTest } from './event-sourcing/event-store-harness.js';
export { projectionTest } from './event-sourcing/projection-test.js';
export type {
  ProjectedTest,
  ProjectionTest,
  ProjectionTestOptions,
} from './event-sourcing/projection-test.js';
