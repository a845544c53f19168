// The entry for test tools. It may change in any release.
export { sagaDefinitionOf } from './definition/saga-definition.js';
export type { SagaClass, SagaDefinition, SagaEvent } from './definition/saga-definition.js';
export { hasEnded } from './records/saga-record.js';
export type { SagaRecord } from './records/saga-record.js';
export { SagaRecords } from './records/saga-records.js';
export { SagaHost } from './saga-host.js';
export { eventOf, sagaIdOf } from './step/saga-events.js';
export { inputKey } from './step/saga-input.js';
export type { StepInput } from './step/saga-input.js';
export { SagaStep } from './step/saga-step.js';
export type { StepServices } from './step/saga-step.js';
