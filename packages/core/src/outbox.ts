// The entry for outbox stores of one's own. Stable, as the main entry is.
export type { DeadLetterFailure } from './contracts/dead-letter.js';
export type { HandlerTransactions, TransactionalClaim } from './ports/handler-transactions.js';
export type { PagedRecordStore, RecordPage, RecordStore, VersionedRecord } from './ports/record-store.js';
export type { StoredOutcome } from './ports/idempotency-store.js';
export type {
  Outbox,
  OutboxCapabilities,
  OutboxClient,
  OutboxCounts,
  OutboxEntry,
  OutboxFilter,
  OutboxMessage,
  OutboxState,
  OutboxStore,
  TransactionalOutboxStore,
} from './ports/outbox-store.js';
export type { LogMessage, MessageIdentity, StoredMessage } from './ports/stored-message.js';
export { OutboxQuota, outboxBytes } from './reliability/outbox/outbox-quota.js';
export type { OutboxLimits } from './reliability/outbox/outbox-quota.js';
export { ALL_SLOTS, OUTBOX_SLOTS, slotOf, slotsOfNode } from './reliability/outbox/outbox-slots.js';
export { murmurHash } from './routing/murmur-hash.js';
export { StoredMessageCodec } from './wire/stored-message-codec.js';
