import type { DeadLetterFailure, DeadLetterFilter, DeadLetterPageRequest } from '../contracts/dead-letter.js';
import type { StoredMessage } from './stored-message.js';

/** A dead letter at rest. */
export interface StoredDeadLetter {
  readonly id: string;
  readonly subscription: string;
  readonly stored: StoredMessage;
  readonly failure: DeadLetterFailure;
}

/**
 * Keeps what handlers gave up on.
 *
 * Contract: `put` replaces a letter of the same id, so a repeated `put` leaves one. `list` is ordered by the time of
 * giving up, oldest first, and its cursor stays valid while letters come and go.
 */
export interface DeadLetterStore {
  /** Keeps it for `ttlMs`. */
  put(letter: StoredDeadLetter, ttlMs: number): Promise<void>;
  get(id: string): Promise<StoredDeadLetter | undefined>;
  list(
    filter: DeadLetterFilter,
    page: Required<Pick<DeadLetterPageRequest, 'limit'>> & DeadLetterPageRequest,
  ): Promise<{ readonly items: readonly StoredDeadLetter[]; readonly next: string | undefined }>;
  /** Resolves with whether there was one. */
  remove(id: string): Promise<boolean>;
}
