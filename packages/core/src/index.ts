// The public API of Catga without Nest. `@catga/nestjs` exports all of it again.
export type { Behavior, BehaviorOption, BehaviorRef, Next } from './contracts/behavior.js';
export type {
  DeadLetter,
  DeadLetterBatchFailure,
  DeadLetterBatchOptions,
  DeadLetterBatchResult,
  DeadLetterCount,
  DeadLetterCountOptions,
  DeadLetterFailure,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterPageRequest,
  DeadLetterProgress,
  RedriveOptions,
} from './contracts/dead-letter.js';
export type { Envelope, MessageKind } from './contracts/envelope.js';
export type { ErrorClass } from './contracts/error-class.js';
export type { ErrorMatch, OutcomeRules } from './contracts/error-match.js';
export type { ErrorRecord } from './contracts/error-record.js';
export type { FailureReport } from './contracts/error-report.js';
export type {
  EventHandlerOptions,
  HandlerBackoff,
  IEventHandler,
  IRequestHandler,
  RequestHandlerOptions,
} from './contracts/handlers.js';
export type { MessageHeaders } from './contracts/headers.js';
export type { MessageContext } from './contracts/message-context.js';
export { Message, ReliableEvent } from './contracts/message.js';
export type { CacheOptions, MessageConstructor, MessageOptions } from './contracts/message.js';
export type {
  NewDueTime,
  QueuedCommand,
  QueuedCommandFilter,
  QueuedCommandPage,
  QueuedCommandPageRequest,
  QueuedCommandRef,
} from './contracts/queued-command.js';
export type { NodeChange, NodeInfo, NodeLoad } from './contracts/node-info.js';
export type {
  BulkheadOptions,
  CircuitBreakerOptions,
  Policy,
  RateLimitOptions,
  RetryPolicyOptions,
} from './contracts/policy.js';
export { QualityOfService } from './contracts/quality-of-service.js';
export { CatgaRequest, Command, Query } from './contracts/request.js';
export type { ResultOf } from './contracts/request.js';
export type { CatgaResult } from './contracts/result.js';
export type {
  AnyBehavior,
  AnyBehaviorRef,
  ModuleBehaviorOption,
  OutgoingMessage,
  OutgoingOperation,
  OutgoingOptions,
  SendBehavior,
  SendBehaviorRef,
} from './contracts/send-behavior.js';
export type {
  BatchOptions,
  EnqueueOptions,
  EnqueueReceipt,
  OutcomeOptions,
  PublishOptions,
  SendOptions,
  StreamOptions,
} from './contracts/send-options.js';
export { CatgaError } from './errors/catga-error.js';
export type { CatgaErrorOptions } from './errors/catga-error.js';
export type { CatgaErrorCode } from './errors/error-catalogue.js';
export { PublishBatchError } from './errors/publish-batch-error.js';
export { CatgaIds } from './ids/catga-ids.js';
export type { ClockDrift } from './ids/clock-drift.js';
export { DEFAULT_ID_LAYOUT } from './ids/id-layout.js';
export type { IdLayout } from './ids/id-layout.js';
export type { CatgaIdsOptions } from './ids/id-options.js';
export type { IdParts } from './ids/id-parts.js';
export { CatgaMediator } from './node/catga-mediator.js';
export { CatgaNode } from './node/catga-node.js';
export type { NodeSummary } from './node/node-summary.js';
export { memory } from './memory/memory-engine.js';
export type { MemoryEngineOptions } from './memory/memory-engine.js';
export { memoryOutbox } from './memory/memory-outbox.js';
export type { MemoryOutboxOptions } from './memory/memory-outbox.js';
export type { FrameEvent } from './memory/network/frame-event.js';
export type { LinkFaults } from './memory/network/link-faults.js';
export { MemoryNetwork } from './memory/network/memory-network.js';
export type { MemoryNetworkOptions } from './memory/network/memory-network-options.js';
export type { CatgaOptions } from './options/catga-options.js';
export { bulkhead, circuitBreaker, rateLimit, retry } from './pipeline/resilience/policies.js';
export type { ValidationIssue } from './pipeline/validation/message-validator.js';
export type { Engine } from './ports/engine.js';
export type {
  DurableMessage,
  FailedDelivery,
  HandledMessage,
  MessageTracer,
  OpenSagas,
  ProjectionLag,
  RepeatedMessage,
  SagaChange,
  TraceEnd,
  TracedNode,
} from './ports/message-tracer.js';
export type {
  Outbox,
  OutboxCapabilities,
  OutboxClient,
  OutboxCounts,
  OutboxEntry,
  OutboxMessage,
  OutboxState,
  OutboxStore,
} from './ports/outbox-store.js';
export type { Serializer } from './ports/serializer.js';
export type { StoredMessage } from './ports/stored-message.js';
export type { RoutingStrategyName } from './routing/resolve-routing-strategy.js';
export type { RoutingCandidate, RoutingRequest, RoutingStrategy } from './routing/routing-strategy.js';
export { CatgaDeadLetters } from './reliability/dead-letters.js';
export { CatgaQueue } from './queue/catga-queue.js';
export { CatgaOutbox } from './reliability/outbox/catga-outbox.js';
export { CatgaSubscriptions } from './reliability/subscriptions.js';
export type {
  DurableSubscription,
  SubscriptionLag,
  SubscriptionLane,
} from './contracts/durable-subscription.js';
export { CatgaErrorSink } from './reliability/failure-sink.js';
export { RemoteError } from './wire/error-codec.js';
export { json } from './wire/json-serializer.js';
