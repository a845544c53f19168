// The entry for engines, outboxes and test tools. It may change in any release.
export { REQUEST_KIND } from './contracts/request.js';
export { READ_AFTER } from './contracts/said-headers.js';
export { toError } from './errors/catga-error.js';
export { lineOf, toErrorRecord } from './errors/error-record.js';
export { ERROR_CATALOGUE } from './errors/error-catalogue.js';
export { madeOf } from './contracts/made-of.js';
export { FORBIDDEN_KEYS } from './contracts/forbidden-keys.js';
export { callUserCode } from './errors/user-code.js';
export { nodeIdTakenError } from './errors/message-errors.js';
export { BrokerConnection } from './engine-kit/broker-connection.js';
export type { BrokerLink, BrokerParts, LanesOfBroker, TakenWork } from './engine-kit/broker-connection.js';
export { BrokerNodeDirectory } from './engine-kit/broker-node-directory.js';
export { BufferBudget } from './engine-kit/buffer-budget.js';
export { factsOfDeadLetter, matchesDeadLetter } from './engine-kit/dead-letter-match.js';
export type { DeadLetterFacts } from './engine-kit/dead-letter-match.js';
export { decodeNodeRecord, encodeNodeChange } from './engine-kit/node-record.js';
export type { NodeRecord } from './engine-kit/node-record.js';
export type {
  DirectoryChange,
  DirectoryEntry,
  DirectoryStore,
  Heartbeat,
} from './engine-kit/directory-store.js';
export { readHeartbeat, writeHeartbeat, writeLoad } from './engine-kit/heartbeat-text.js';
export type { WrittenHeartbeat } from './engine-kit/heartbeat-text.js';
export { NodeRoutes } from './engine-kit/node-routes.js';
export type { BrokerLinks, LinkOpener } from './engine-kit/permitted-links.js';
export { readStoredMessage } from './wire/read-stored-message.js';
export type { ReadMessage } from './wire/read-stored-message.js';
export { ReconnectGrace } from './engine-kit/reconnect-grace.js';
export { requireServerVersion } from './engine-kit/server-version.js';
export { WORKERS, WORKER_LEASE_MS } from './engine-kit/worker-id-lease.js';
export type { WorkerIdStore } from './engine-kit/worker-id-lease.js';
export { identifyServer } from './health/identify-server.js';
export type { ServerKind } from './health/identify-server.js';
export { comparePositions, fromCursor, toCursor } from './reliability/dead-letter-cursor.js';
export { laneOf, ownerOf } from './lanes/lane-of.js';
export { MemoryRecordStore } from './memory/lanes/memory-record-store.js';
export { SeededRandom } from './memory/network/seeded-random.js';
export { checkedOptions, refusingBeside } from './options/checked-options.js';
export { describeMessage } from './contracts/message-type.js';
export type { MessageType } from './contracts/message-type.js';
export { hasOwnName, readMessageMetadata } from './contracts/message.js';
export { InheritedRoutes, basesOf } from './handlers/inherited-routes.js';
export { messageClass } from './handlers/message-registry.js';
export type { MessageObserver, NodeServices } from './node/node-services.js';
export type { CaptureOptions } from './node/node-messaging.js';
export type { CapturedMessage } from './node/message-capture.js';
export type { NodeSteps, StepPlace, StepStore } from './node/node-steps.js';
export { replyingTo } from './reliability/reply-to.js';
export type { CommandReply, ReplyAddress } from './reliability/reply-to.js';
export type { HandlerFunction } from './pipeline/pipeline.js';
export type { MessageValidator, ValidationResult } from './pipeline/validation/message-validator.js';
export type { BrokerFinding } from './ports/broker-finding.js';
export type { Clock } from './ports/clock.js';
export type {
  DeadLetterRange,
  DeadLetterStore,
  StoredDeadLetter,
  DeadLetterKey,
  StoredDeadLetterPage,
} from './ports/dead-letter-store.js';
export type {
  AppendOptions,
  DurableLog,
  LogConsumer,
  LogDelivery,
  LogSubscription,
} from './ports/durable-log.js';
export type { Engine, EngineCapabilities, EngineClient, EngineConnection } from './ports/engine.js';
export type { EngineMonitor } from './ports/engine-monitor.js';
export type { Claim, IdempotencyStore, StoredOutcome } from './ports/idempotency-store.js';
export type { Inbox } from './ports/inbox.js';
export type { LaneFrame, LaneLog, LaneReader, LaneReceipt, LaneSink, LaneState } from './ports/lane-log.js';
export type { LaneStore } from './ports/lane-store.js';
export type { PagedRecordStore, RecordPage, RecordStore, VersionedRecord } from './ports/record-store.js';
export type { NewStreamEntry, StreamEntry, StreamLog, StreamLogState } from './ports/stream-log.js';
export type { LinkListener, NodeAddress, NodeLinks } from './ports/links.js';
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
export { pageLimit } from './reliability/page-limit.js';
export { isInfrastructureFailure } from './reliability/infrastructure-failure.js';
export { GuardedLogger } from './reliability/guarded-logger.js';
export { DeliveryWindow } from './reliability/delivery-window.js';
export { OutboxQuota, outboxBytes } from './reliability/outbox/outbox-quota.js';
export type { OutboxLimits } from './reliability/outbox/outbox-quota.js';
export type { LoggedOutcome, OutcomeLog } from './ports/outcome-log.js';
export type { CatgaLogger } from './ports/logger.js';
export type { NodeDirectory, NodeDirectoryListener } from './ports/node-directory.js';
export { COMMAND_QUEUES } from './ports/durable-log.js';
export type { LogMessage, MessageIdentity, StoredMessage } from './ports/stored-message.js';
export { joinedKey } from './ids/joined-key.js';
export type {
  AskOwner,
  MessageHead,
  OwnedCommands,
  OwnerAnswer,
  OwnerQuestion,
  QueuedCommands,
  QueuedEnd,
  QueuedItem,
  QueuedItems,
  QueuedRange,
} from './ports/queued-commands.js';
export { headOf } from './reliability/message-head.js';
export { wrongCursor } from './reliability/page-cursor.js';
export type { SubscriptionPauses } from './ports/subscription-pauses.js';
export type { SubscriptionRegister } from './ports/subscription-register.js';
export { nextTurn } from './time/next-turn.js';
export { systemClock } from './time/system-clock.js';
export { Teardown } from './time/teardown.js';
export { TestClock } from './time/test-clock.js';
export { Timetable } from './time/timetable.js';
export type { EncodedError, ErrorTranslator } from './wire/error-codec.js';
export { Codec } from './wire/codec.js';
export { encodeMessageBody, messageOf } from './wire/message-codec.js';
export { StoredMessageCodec } from './wire/stored-message-codec.js';
