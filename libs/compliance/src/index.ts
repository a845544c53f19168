export { describeEngine } from './describe-engine.js';
export type { ClusterUnderTest, EngineHarness, EngineUnderTest } from './engine-harness.js';
export { describeOutages, describeOutbox } from './outbox/describe-outbox.js';
export { InterruptedEngine } from './outbox/interrupted-engine.js';
export { interruptedMemory } from './outbox/interrupted-memory.js';
export type { Weather } from './outbox/interrupted-engine.js';
export type { InterruptibleBroker, OutboxHarness, OutboxUnderTest } from './outbox/outbox-harness.js';
export { storedMessage } from './stored-message.js';
