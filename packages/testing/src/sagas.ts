// Test utilities for sagas. Requires @catga/sagas, but no test framework.
export { describeSagaStore } from './sagas/describe-saga-store.js';
export type { SuiteRunner } from './suite-runner.js';
export type { RecordStoreHarness, RecordStoreUnderTest } from './outbox/record-store-cases.js';
export { everyOrder } from './sagas/every-order.js';
export type { EveryOrderOptions } from './sagas/every-order.js';
export { deadLetterOf, later, refusalOf, resultOf } from './sagas/saga-test-inputs.js';
export type { SagaTestInput } from './sagas/saga-test-inputs.js';
export { sagaTest } from './sagas/saga-test.js';
export type { SagaTest, SagaTestOptions } from './sagas/saga-test.js';
