export { describeEngine } from './describe-engine.js';
export { describeGivenUp } from './describe-given-up.js';
export { describeStopping } from './describe-stopping.js';
export type { ClusterUnderTest, EngineHarness, EngineUnderTest } from './engine-harness.js';
export { describeLaneStore } from './lanes/describe-lane-store.js';
export type { LaneStoreHarness, LaneStoreUnderTest } from './lanes/lane-store-harness.js';
export { describeOutages, describeOutbox } from './outbox/describe-outbox.js';
export { interruptedMemory } from './outbox/interrupted-memory.js';
export type { InterruptibleBroker } from './outbox/interruptible-broker.js';
