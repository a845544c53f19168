import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import type { StoredMessage } from './stored-message.js';

/** A message to be sent to the engine. */
export interface OutboxMessage {
  readonly message: StoredMessage;
  /** Delay of the first delivery after `message.sentAtMs`, in milliseconds. */
  readonly delayMs?: number;
}

/** A message in an outbox. */
export interface OutboxEntry extends OutboxMessage {
  /** Unique in this store. */
  readonly id: string;
  /** Why the entry was parked; absent while it is waiting. */
  readonly failure?: DeadLetterFailure;
}

/** `waiting` to be sent, or `parked` because the engine refuses the message. */
export type OutboxState = 'waiting' | 'parked';

/** Number of messages in an outbox, by state. */
export type OutboxCounts = Readonly<Record<OutboxState, number>>;

/**
 * Store of messages to be sent to the engine, in order.
 *
 * Contract:
 * - `add` stores all messages or none, and resolves once they are as durable as `capabilities` declare. It rejects
 *   with `CATGA_OVERLOADED` when the store is full.
 * - In a transactional store `add` joins the caller's transaction, and `list` returns its entries only after the commit.
 * - `list` starts with the oldest entry. Entries added sequentially by one caller keep their order; in a transactional
 *   store an older entry may become visible later, so relays always read from the beginning.
 * - `remove` and `park` may be repeated, and have no effect on a removed entry. Only `remove` removes entries.
 * - There are no claims: several relays may list and send the same entries. The engine deduplicates them by id.
 */
export interface OutboxStore {
  add(messages: readonly OutboxMessage[]): Promise<void>;
  /**
   * Returns at most `limit` entries, and at least one if there is any: a store may return fewer to bound memory.
   * @param after id of an entry: returns only later entries
   */
  list(state: OutboxState, limit: number, after?: string): Promise<readonly OutboxEntry[]>;
  /** Removes waiting or parked entries: acknowledged by the engine, or dropped by an operator. */
  remove(ids: readonly string[]): Promise<void>;
  /** Parks an entry, so that later entries can be sent. */
  park(id: string, failure: DeadLetterFailure): Promise<void>;
  count(): Promise<OutboxCounts>;
  /** Closes files and connections. May be called twice. */
  close(): Promise<void>;
}

/** The node that opens an outbox. Entries are isolated by namespace. */
export interface OutboxClient {
  readonly namespace: string;
  readonly nodeId: string;
}

/** Guarantees of an outbox. */
export interface OutboxCapabilities {
  /** Whether entries survive the process. If not, a stopping node warns with the number of lost entries. */
  readonly isLasting: boolean;
  /**
   * Whether `add` joins the caller's transaction. Then every reliable message goes through the store, and the relay
   * polls for committed entries; otherwise only messages that the engine cannot accept.
   */
  readonly isTransactional: boolean;
}

/** Outbox: stores messages while the engine is unavailable. The argument of `CatgaModule.forRoot({ outbox })`. */
export interface Outbox {
  readonly name: string;
  readonly capabilities: OutboxCapabilities;
  /** Rejects with `CATGA_CONFIGURATION` if the store cannot be opened or is corrupt. */
  open(client: OutboxClient): Promise<OutboxStore>;
}
