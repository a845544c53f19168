export { describeEngine } from './describe-engine.js';
export type { ClusterUnderTest, EngineHarness, EngineUnderTest } from './engine-harness.js';
