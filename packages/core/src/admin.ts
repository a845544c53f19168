// The entry for tools: what asks nodes about themselves.
export { AdminClient } from './admin/admin-client.js';
export type { AdminSender, NodeAnswer } from './admin/admin-client.js';
export type {
  DescribedEvent,
  DescribedRequest,
  DescribedSubscription,
  HandledMessage,
  NodeDescription,
  NodeFailure,
  MessageFlow,
  NodeStats,
  NodeTraffic,
  TapPage,
} from './admin/admin-contracts.js';
export { jsonSchemaOf } from './admin/json-schema-of.js';
export type { ConvertedSchema } from './admin/json-schema-of.js';
export { DeadLetterCount, deadLetterGroupKey, groupDeadLetters } from './admin/letter-groups.js';
export type { DeadLetterGroup, DeadLetterGroups, GroupingOptions } from './admin/letter-groups.js';
export { asyncApiOf } from './admin/async-api.js';
export type { AsyncApiDocument, AsyncApiInfo } from './admin/async-api.js';
export type {
  HandlerContract,
  JsonSchema,
  MessageContract,
  ServiceContracts,
  SubscriptionContract,
} from './admin/service-contracts.js';
export { ProjectionClient } from './admin/projection-client.js';
export type { ProjectionList } from './admin/projection-client.js';
export type { ProjectionAction, ProjectionChoice, ProjectionSummary } from './admin/projection-contracts.js';
export { ListProjections, SteerProjection } from './admin/projection-messages.js';
export { SagaClient } from './admin/saga-client.js';
export type { ScheduleList } from './admin/saga-client.js';
export type {
  SagaAction,
  SagaDetails,
  SagaQuery,
  SagaStatusName,
  SagaStepInfo,
  SagaSummary,
  SagaSummaryPage,
  ScheduleSummary,
} from './admin/saga-contracts.js';
export { ListSagas, ListSchedules, ReadSaga, SAGA_SIGNALS, SteerSaga } from './admin/saga-messages.js';
export { TRAFFIC_BOUNDS_MS } from './admin/traffic-meter.js';
export { topologyOf } from './admin/topology.js';
export type { Topology, TopologyEdge, TopologyService } from './admin/topology.js';
