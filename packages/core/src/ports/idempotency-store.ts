/** Outcome of a request, encoded for replay. */
export interface StoredOutcome {
  readonly ok: boolean;
  /** The result or the error, encoded: text where the serializer makes text; stores outside of the process give bytes. */
  readonly body: string | Uint8Array;
}

/** Result of a claim on an id. */
export type Claim =
  /** Claimed: run the request, then complete or release with this fencing token. */
  | { readonly state: 'claimed'; readonly token: number }
  /** Another holder is running the request, under a lease that has not expired. */
  | { readonly state: 'running' }
  /** Finished: reply with the recorded outcome. */
  | { readonly state: 'finished'; readonly outcome: StoredOutcome }
  /** The id was used for a message with different content. */
  | { readonly state: 'mismatch' };

/**
 * Shared record of running requests and their outcomes.
 *
 * Contract: every method is atomic. A claim is a lease measured by the store's own clock. After it has expired, the next
 * claim gets a greater token, and calls with the old token have no effect and resolve with false.
 */
export interface IdempotencyStore {
  /**
   * Claims an id.
   * @param fingerprint digest of the message; a record with another one is a mismatch
   * @param mark unique to the claimant: a repeat of a call whose reply was lost gets the existing claim, with a new
   * lease. Without a mark every call is a different claimant
   */
  claim(key: string, fingerprint: string, leaseMs: number, mark?: string): Promise<Claim>;
  /** Extends the lease of a claim. */
  renew(key: string, token: number, leaseMs: number): Promise<boolean>;
  /** Records the outcome for `ttlMs` milliseconds. */
  complete(key: string, token: number, outcome: StoredOutcome, ttlMs: number): Promise<boolean>;
  /** Removes the claim, so that the next claim runs the request: for refusals, which are not outcomes. */
  release(key: string, token: number): Promise<boolean>;
  /** Reads the recorded outcome; undefined if there is none, none yet, or it has expired. */
  find(key: string): Promise<StoredOutcome | undefined>;
}
