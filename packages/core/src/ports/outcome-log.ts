import type { StoredOutcome } from './idempotency-store.js';
import type { NodeAddress } from './links.js';

/** Outcome of one request that a node ran, under the request's id at its sender. */
export interface LoggedOutcome {
  readonly id: string;
  readonly outcome: StoredOutcome;
}

/**
 * Log of the finished requests of each node, read only by a node that takes over a request on failover. One append
 * carries many outcomes.
 *
 * Contract: every node finds an appended outcome until it expires; `find` may be slow.
 */
export interface OutcomeLog {
  /** Appends the outcomes of one turn of the event loop, kept for `ttlMs` milliseconds. */
  append(node: NodeAddress, outcomes: readonly LoggedOutcome[], ttlMs: number): Promise<void>;
  find(node: NodeAddress, id: string): Promise<StoredOutcome | undefined>;
}
