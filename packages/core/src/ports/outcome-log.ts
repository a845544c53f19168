import type { StoredOutcome } from './idempotency-store.js';
import type { NodeAddress } from './links.js';

/** How one request ended that a node ran, under the id its sender knows it by. */
export interface LoggedOutcome {
  readonly id: string;
  readonly outcome: StoredOutcome;
}

/**
 * What each node has finished, so that another one that takes over knows. Many outcomes are one append, and nobody
 * reads them but a node that takes over.
 *
 * Contract: what `append` resolved for is found by every node until it lapses; `find` may be slow.
 */
export interface OutcomeLog {
  /** Appends the outcomes of one turn of the event loop, kept for `ttlMs`. */
  append(node: NodeAddress, outcomes: readonly LoggedOutcome[], ttlMs: number): Promise<void>;
  find(node: NodeAddress, id: string): Promise<StoredOutcome | undefined>;
}
