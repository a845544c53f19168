/** How a request ended, encoded so that it can be replayed. */
export interface StoredOutcome {
  readonly ok: boolean;
  /** The result or the error, encoded. */
  readonly body: Uint8Array;
}

/** What a claim on an id found. */
export type Claim =
  /** Nobody had it: run the request, then complete or release with this fencing token. */
  | { readonly state: 'claimed'; readonly token: number }
  /** Somebody is running it, and their lease has not lapsed. */
  | { readonly state: 'running' }
  /** It ran: answer with this. */
  | { readonly state: 'finished'; readonly outcome: StoredOutcome }
  /** The id belongs to a message with another content. */
  | { readonly state: 'mismatch' };

/**
 * The shared record of which requests run and how they ended.
 *
 * Contract: every method is atomic. A claim is a lease measured by the store's own clock; when it lapses the next
 * claim gets it with a greater token, and what the old holder does with its token has no effect and returns false.
 */
export interface IdempotencyStore {
  /**
   * `fingerprint` is a digest of the message; a record with another one is a mismatch.
   * @param mark of whoever asks, which nobody else has: who asks again because no answer came gets the claim that is
   * there already, with a new lease. Without one every call is somebody else's
   */
  claim(key: string, fingerprint: string, leaseMs: number, mark?: string): Promise<Claim>;
  /** Keeps a claim from lapsing. */
  renew(key: string, token: number, leaseMs: number): Promise<boolean>;
  /** Records the outcome for `ttlMs`. */
  complete(key: string, token: number, outcome: StoredOutcome, ttlMs: number): Promise<boolean>;
  /** Forgets the claim, so that the next one runs the request: for refusals, which are not outcomes. */
  release(key: string, token: number): Promise<boolean>;
  /** The recorded outcome, while it is kept; undefined where there is none, or none yet. Changes nothing. */
  find(key: string): Promise<StoredOutcome | undefined>;
}
