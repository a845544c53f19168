export { TestClock } from '@catga/core/engine';
export { CatgaTesting } from './catga-testing.js';
export { CatgaTestingModule } from './catga-testing.module.js';
export type { CatgaTestingOptions } from './catga-testing.module.js';
export type { RecordedMessage } from './message-recorder.js';
export type { SettleOptions } from './settling.js';
export type { TestTime } from './test-services.js';
