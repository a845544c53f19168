export { describeEngine } from './describe-engine.js';
export type { EngineHarness, EngineUnderTest } from './engine-harness.js';
