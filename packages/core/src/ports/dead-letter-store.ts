import type { DeadLetterFailure, DeadLetterFilter, DeadLetterPageRequest } from '../contracts/dead-letter.js';
import type { StoredMessage } from './stored-message.js';

/** A stored dead letter. */
export interface StoredDeadLetter {
  readonly id: string;
  readonly subscription: string;
  readonly stored: StoredMessage;
  readonly failure: DeadLetterFailure;
}

/** Id of a letter, and its subscription. */
export type DeadLetterKey = Pick<StoredDeadLetter, 'id' | 'subscription'>;

/** Range of a page; `after` is `next` of the page before. */
export type DeadLetterRange = Required<Pick<DeadLetterPageRequest, 'limit'>> & DeadLetterPageRequest;

/** Page of matching letters, or of their keys. `next` is undefined on the last page. */
export interface StoredDeadLetterPage<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/**
 * Store of dead letters: messages whose attempts are exhausted.
 *
 * Contract: `put` replaces a letter with the same id, so that it may be repeated. `list` is ordered by the time of the
 * failure, oldest first. `keys` finds the same letters, in that order or in the order of `put`, and reads no bodies: all
 * its pages together look at each letter about once. The cursors of both stay valid while letters are added and removed;
 * a cursor belongs to the method that returned it.
 */
export interface DeadLetterStore {
  /** Stores a letter for `ttlMs` milliseconds. */
  put(letter: StoredDeadLetter, ttlMs: number): Promise<void>;
  get(id: string): Promise<StoredDeadLetter | undefined>;
  list(filter: DeadLetterFilter, range: DeadLetterRange): Promise<StoredDeadLetterPage<StoredDeadLetter>>;
  keys(filter: DeadLetterFilter, range: DeadLetterRange): Promise<StoredDeadLetterPage<DeadLetterKey>>;
  /** Resolves with whether the letter existed. */
  remove(id: string): Promise<boolean>;
}
