import type { DeadLetterFailure, DeadLetterFilter, DeadLetterPageRequest } from '../contracts/dead-letter.js';
import type { StoredMessage } from './stored-message.js';

/** A stored dead letter. */
export interface StoredDeadLetter {
  readonly id: string;
  readonly subscription: string;
  readonly stored: StoredMessage;
  readonly failure: DeadLetterFailure;
}

/**
 * Store of dead letters: messages whose attempts are exhausted.
 *
 * Contract: `put` replaces a letter with the same id, so that it may be repeated. `list` is ordered by the time of the
 * failure, oldest first, and its cursor stays valid while letters are added and removed.
 */
export interface DeadLetterStore {
  /** Stores a letter for `ttlMs` milliseconds. */
  put(letter: StoredDeadLetter, ttlMs: number): Promise<void>;
  get(id: string): Promise<StoredDeadLetter | undefined>;
  list(
    filter: DeadLetterFilter,
    page: Required<Pick<DeadLetterPageRequest, 'limit'>> & DeadLetterPageRequest,
  ): Promise<{ readonly items: readonly StoredDeadLetter[]; readonly next: string | undefined }>;
  /** Resolves with whether the letter existed. */
  remove(id: string): Promise<boolean>;
}
