export { CatgaAggregates } from './catga-aggregates.js';
export type { ApplyingAggregate } from './catga-aggregates.js';
export { CatgaEventSourcingModule } from './catga-event-sourcing.module.js';
export type { EventSourcingAsyncOptions, EventSourcingOptions } from './catga-event-sourcing.module.js';
export { CatgaEventStreams } from './catga-event-streams.js';
export type { LoadOptions, StreamState } from './catga-event-streams.js';
export { decided } from './deciding/decision.js';
export type { Decision } from './deciding/decision.js';
export { DecisionHandler } from './definition/decision-handler.decorator.js';
export type { DecisionHandlerOptions, IDecisionHandler } from './definition/decision-handler.decorator.js';
export { EventStream, Evolve, Upcast } from './definition/event-stream.decorator.js';
export type {
  EventStreamClass,
  EventStreamOptions,
  SnapshotOptions,
} from './definition/event-stream.decorator.js';
export { Personal } from './definition/personal.decorator.js';
export type { PersonalOptions } from './definition/personal.decorator.js';
export { CatgaProjections } from './projections/catga-projections.js';
export type { ProjectionInfo, ProjectionListOptions } from './projections/catga-projections.js';
export { On, OnBatch, Projection } from './projections/projection.decorator.js';
export type {
  BatchContext,
  ProjectedEvent,
  ProjectionContext,
  ProjectionOptions,
} from './projections/projection.decorator.js';
export { Reads } from './projections/reads.decorator.js';
export type {
  Appended,
  BuildKey,
  BuildRole,
  BuildSetUp,
  Checkpoint,
  DecisionRecord,
  EngineStores,
  EventPage,
  EventStorage,
  EventStore,
  EventStoreClient,
  HeldUpEvents,
  InlineProgress,
  NewEvent,
  ProjectionStatus,
  ProjectionStore,
  RecordedEvent,
  Snapshot,
  SnapshotStore,
  StoredBuild,
  StoredProjection,
  StreamWork,
  SubjectKeys,
} from './store/event-store.js';
export { engineEventStore } from './store/engine/engine-event-storage.js';
export type { EngineEventStoreOptions } from './store/engine/engine-event-storage.js';
export { memoryEventStore } from './store/memory-event-store.js';
export { eventStoreSchema } from './store/sql/event-schema.js';
export { sqlEventStore } from './store/sql/sql-event-storage.js';
export type { SqlEventStoreOptions } from './store/sql/sql-event-storage.js';
