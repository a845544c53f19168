import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import type { PagedRecordStore } from './record-store.js';
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
  /**
   * Id of an entry of the same key that was waiting when this one was added, and that was not {@link OutboxClient.known}.
   * Given to {@link OutboxClient.committed} only: the relay reads the key's entries first.
   */
  readonly behind?: string;
}

/** `waiting` to be sent, or `parked` because the engine refuses the message. */
export type OutboxState = 'waiting' | 'parked';

/** Number of messages in an outbox, by state. */
export type OutboxCounts = Readonly<Record<OutboxState, number>>;

/** Entries that a relay asks for. A store that returns more than those is correct, but slow with many nodes. */
export interface OutboxFilter {
  /** Slots by `slotOf`, from 0 to `OUTBOX_SLOTS` - 1: each node sends the entries of some. */
  readonly slots?: readonly number[];
  /** Only entries of this key. */
  readonly key?: string;
  /** Only entries added at least this long ago by the store's own clock, in milliseconds. */
  readonly olderThanMs?: number;
}

/**
 * Store of messages to be sent to the engine, in order.
 *
 * Contract:
 * - `add` stores all messages or none, and resolves once they are as durable as `capabilities` declare. It rejects
 *   with `CATGA_OVERLOADED` when the store is full.
 * - `list` starts with the oldest entry. Entries added sequentially by one caller keep their order.
 * - `remove` and `park` may be repeated, and have no effect on a removed entry. Only `remove` removes entries.
 * - There are no claims: several relays may list and send the same entries. The engine deduplicates them by id.
 */
export interface OutboxStore {
  /** @param transaction handle of the caller's transaction: for a {@link TransactionalOutboxStore} only */
  add(messages: readonly OutboxMessage[], transaction?: unknown): Promise<void>;
  /**
   * Returns at most `limit` entries, and at least one if there is any: a store may return fewer to bound memory.
   * @param after id of an entry: returns only later entries
   */
  list(
    state: OutboxState,
    limit: number,
    after?: string,
    filter?: OutboxFilter,
  ): Promise<readonly OutboxEntry[]>;
  /** Removes waiting or parked entries: acknowledged by the engine, or dropped by an operator. */
  remove(ids: readonly string[]): Promise<void>;
  /** Parks an entry, so that later entries can be sent. */
  park(id: string, failure: DeadLetterFailure): Promise<void>;
  count(): Promise<OutboxCounts>;
  /** Closes files and connections. May be called twice. */
  close(): Promise<void>;
}

/**
 * Store in a database of the application. Its entries are part of the application's transactions, and shared by all
 * nodes of the namespace.
 *
 * Contract, besides that of {@link OutboxStore}:
 * - `add` joins the transaction of the handle that is passed in, or else the open one of the calling code. Entries are
 *   in the store once it commits; a rollback, to a savepoint too, drops them. Without a transaction they are stored at once.
 * - After the commit the store calls {@link OutboxClient.committed} with the entries. It does not where it cannot know
 *   whether the commit succeeded: every node's relay looks for entries that nobody has sent.
 * - An entry may become visible after later ones. Entries of one key whose transactions follow each other keep their order.
 */
export interface TransactionalOutboxStore extends OutboxStore {
  /** Whether the calling code is in an open transaction of this database: known without asking it. */
  readonly isInTransaction: boolean;
  /** Whether it waits for the end of a transaction that the application's library opened, and that had messages recently. */
  readonly isWatching?: boolean;
  /** Deletes expired records. Called by every node, every 30 seconds. */
  maintain?(): Promise<void>;
  /**
   * Records in the same database, such as those of sagas: what is read and written belongs to the open transaction of the calling
   * code. `write` and `remove` wait for another open transaction that has written the same record. Present with
   * {@link OutboxCapabilities.keepsRecords}.
   */
  readonly records?: PagedRecordStore;
}

/** The node that opens an outbox. Entries are isolated by namespace. */
export interface OutboxClient {
  readonly namespace: string;
  readonly nodeId: string;
  /**
   * Wakes the relay: these entries are committed. It sends them from memory, without reading the store. Without entries
   * it looks into the store at once.
   */
  committed(entries: readonly OutboxEntry[]): void;
  /**
   * Ids of entries of a key that this node is sending, or has just sent: a store that finds others waiting when it adds one
   * of the key says so in `behind`.
   */
  known(key: string): readonly string[];
  /** Provider of the application by its token. Throws `CATGA_CONFIGURATION` if there is none, or no Nest. */
  resolve(token: unknown): unknown;
}

/** Guarantees of an outbox. */
export interface OutboxCapabilities {
  /** Whether entries survive the process. If not, a stopping node warns with the number of lost entries. */
  readonly isLasting: boolean;
  /**
   * Whether the store is a {@link TransactionalOutboxStore}: what is published in a transaction goes through it.
   * Everything else is stored only while the engine cannot accept it.
   */
  readonly isTransactional: boolean;
  /**
   * Whether the store is also a `HandlerTransactions`: then handlers may say `transaction: true`.
   * @defaultValue false
   */
  readonly opensTransactions?: boolean;
  /**
   * Whether the store, which opens transactions, also keeps records: then sagas may be kept in its database.
   * @defaultValue false
   */
  readonly keepsRecords?: boolean;
}

/** Outbox: stores messages while the engine is unavailable. The argument of `CatgaModule.forRoot({ outbox })`. */
export interface Outbox {
  readonly name: string;
  readonly capabilities: OutboxCapabilities;
  /** Database of the entries, as handlers name it in `transaction: database`; undefined without one. */
  readonly database?: unknown;
  /** Rejects with `CATGA_CONFIGURATION` if the store cannot be opened or is corrupt. */
  open(client: OutboxClient): Promise<OutboxStore>;
}
