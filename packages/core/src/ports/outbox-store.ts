import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import type { StoredMessage } from './stored-message.js';

/** A message that waits to be handed to the engine. */
export interface OutboxMessage {
  readonly message: StoredMessage;
  /** Not delivered before this many milliseconds after `message.sentAtMs`. */
  readonly delayMs?: number;
}

/** A message in an outbox. */
export interface OutboxEntry extends OutboxMessage {
  /** Names it in this store. */
  readonly id: string;
  /** Why it was set aside; absent while it waits to be sent. */
  readonly failure?: DeadLetterFailure;
}

/** `waiting` to be sent, or `parked`: set aside because the engine refuses it. */
export type OutboxState = 'waiting' | 'parked';

/** How many messages an outbox holds. */
export type OutboxCounts = Readonly<Record<OutboxState, number>>;

/**
 * Messages on their way to the engine, in order.
 *
 * Contract:
 * - `add` resolves once all of them are stored as durably as the store promises, and stores all or none. It rejects
 *   with `CATGA_OVERLOADED` rather than drop one.
 * - In a transactional store `add` joins the caller's transaction, and `list` shows nothing of it before it commits.
 * - `list` begins with the oldest. Entries that one caller added one after another keep that order; a store that shows
 *   entries at their commit may show an older one later, so relays always read from the beginning.
 * - `remove` and `park` may be repeated, and have no effect on an entry that is gone. Nothing else removes one.
 * - There are no claims: several relays may list and send the same entries. The engine knows a repetition by its id.
 */
export interface OutboxStore {
  add(messages: readonly OutboxMessage[]): Promise<void>;
  /**
   * At most `limit`, and at least one if there is any: a store may return fewer so that they fit in memory.
   * @param after the id of an entry: only those behind it
   */
  list(state: OutboxState, limit: number, after?: string): Promise<readonly OutboxEntry[]>;
  /** Forgets entries, waiting or parked: they were acknowledged by the engine, or dropped by an operator. */
  remove(ids: readonly string[]): Promise<void>;
  /** Sets an entry aside, so that the others go on. */
  park(id: string, failure: DeadLetterFailure): Promise<void>;
  count(): Promise<OutboxCounts>;
  /** Lets go of what it holds open. May be called twice. */
  close(): Promise<void>;
}

/** Who opens an outbox. Entries of one namespace are not seen in another. */
export interface OutboxClient {
  readonly namespace: string;
  readonly nodeId: string;
}

/** What an outbox promises. */
export interface OutboxCapabilities {
  /** Whether what it holds outlives the process. What does not is counted in a warning when the node stops. */
  readonly isLasting: boolean;
  /**
   * Whether `add` joins a transaction of the caller. Then every reliable message goes through the store, and the relay
   * looks for committed entries by itself; otherwise only those that the engine cannot take.
   */
  readonly isTransactional: boolean;
}

/** Where messages wait while the engine cannot take them: the argument of `CatgaModule.forRoot({ outbox })`. */
export interface Outbox {
  readonly name: string;
  readonly capabilities: OutboxCapabilities;
  /** Rejects with `CATGA_CONFIGURATION` if it cannot be opened, or is damaged. */
  open(client: OutboxClient): Promise<OutboxStore>;
}
