import type { Claim, StoredOutcome } from './idempotency-store.js';
import type { MessageIdentity } from './stored-message.js';

/** Result of a claim in a transaction: nobody else runs the request while it is open. */
export type TransactionalClaim =
  | Exclude<Claim, { readonly state: 'claimed' | 'running' }>
  | { readonly state: 'claimed' };

/**
 * Transactions for handlers, with the records of what was handled: one commit for a handler's effect, the record of its
 * message, its outcome, and what it publishes.
 *
 * Contract:
 * - `inTransaction` opens a transaction of its own, also inside another one, and makes it that of everything `work` awaits.
 *   It commits when `work` resolves, and rolls back when it rejects. It rejects with the error of `work` unchanged;
 *   with `CATGA_DATABASE_UNAVAILABLE` if the transaction could not be opened: `work` was not called then.
 * - `addHandled`, `claim` and `complete` belong to the open transaction of the calling code. Where another open transaction
 *   has recorded the same, they wait for its end.
 * - Records expire `ttlMs` after they were written, or later.
 */
export interface HandlerTransactions {
  /** @param work gets the library's handle of the transaction, for `context.transaction` */
  inTransaction<T>(work: (transaction: unknown) => Promise<T>): Promise<T>;
  /** Records that a subscription handles a message. False if that is recorded already: its handler has succeeded. */
  addHandled(subscription: string, message: MessageIdentity): Promise<boolean>;
  /** Whether a message is recorded as handled; outside of transactions. */
  wasHandled(subscription: string, message: MessageIdentity): Promise<boolean>;
  /** Claims an id until the transaction ends, or returns its outcome. */
  claim(key: string, fingerprint: string): Promise<TransactionalClaim>;
  /** Records the outcome of a claimed id. */
  complete(key: string, outcome: StoredOutcome, ttlMs: number): Promise<void>;
  /** Records an outcome without an effect, outside of transactions. The first one stays and is returned. */
  record(
    key: string,
    fingerprint: string,
    outcome: StoredOutcome,
    ttlMs: number,
  ): Promise<TransactionalClaim>;
}
