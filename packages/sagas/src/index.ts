export { CatgaSagas } from './catga-sagas.js';
export type { SagaFilter, SagaInfo, SagaPage, SagaPageRequest } from './catga-sagas.js';
export { CatgaSagasModule } from './catga-sagas.module.js';
export type { CatgaSagasOptions } from './sagas-options.js';
export { days, hours, minutes, seconds } from './definition/durations.js';
export {
  On,
  OnFailure,
  OnResult,
  OnTimeout,
  StartedBy,
  UpgradeState,
} from './definition/input.decorators.js';
export type {
  SagaInputDecorator,
  SagaTimeoutDecorator,
  SagaUpgradeDecorator,
} from './definition/input.decorators.js';
export { Saga } from './definition/saga.decorator.js';
export type { SagaOptions } from './definition/saga-options.js';
export type { SagaHistoryEntry, SagaStatus } from './records/saga-record.js';
export type { SagaContext, SagaSendOptions } from './step/saga-context.js';
export type { SagaCounts } from './step/saga-counts.js';
export { CatgaSchedules } from './schedules/catga-schedules.js';
export type { ScheduleInfo } from './schedules/catga-schedules.js';
export { CatgaSchedulesModule } from './schedules/catga-schedules.module.js';
export { Scheduled } from './schedules/scheduled.decorator.js';
export type { ScheduleOptions } from './schedules/scheduled.decorator.js';
