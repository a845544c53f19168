import { takenOverError } from '../errors/message-errors.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { IdempotencyStore, StoredOutcome } from '../ports/idempotency-store.js';
import type { Cancellation } from '../time/cancellation.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

/** Claim request. */
export interface ClaimedId {
  readonly key: string;
  readonly fingerprint: string;
  readonly leaseMs: number;
  /** Mark of the claimant, so that a claim whose reply was lost is recognized. */
  readonly mark: string;
}

/** Claim on an id during a run: renews the lease, and overrules the run when the claim is lost. Its own entry in the timetable. */
export class HeldClaim implements TimetableEntry {
  dueMs = 0;
  order = 0;
  isWaiting = false;
  private renewal: Promise<void> | undefined;
  private isSettling = false;
  private tellEnded: (() => void)[] | undefined;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly timetable: Timetable,
    readonly claimed: ClaimedId,
    private currentToken: number,
    readonly envelope: MessageEnvelope,
    readonly cancellation: Cancellation,
  ) {
    this.renewLater();
  }

  /** Resolves when the run has ended. */
  get ended(): Promise<void> {
    return new Promise((resolve) => (this.tellEnded ??= []).push(resolve));
  }

  /** Records the outcome; false if another claimant has the id. */
  complete(outcome: StoredOutcome, ttlMs: number): Promise<boolean> {
    return this.settle((token) => this.store.complete(this.claimed.key, token, outcome, ttlMs));
  }

  /** Gives the id back; false if another claimant has it. */
  release(): Promise<boolean> {
    return this.settle((token) => this.store.release(this.claimed.key, token));
  }

  /** Stops renewing. */
  end(): void {
    this.isSettling = true;
    this.timetable.remove(this);
    this.tellEnded?.forEach((tell) => tell());
  }

  /** Time to renew. If renewals fail, the lease expires; the fencing token makes that safe. */
  run(): void {
    this.renewLater();
    this.renewal ??= this.renew()
      .catch(() => {})
      .finally(() => (this.renewal = undefined));
  }

  /** Settles the claim with its fencing token, which stays the same from then on. A claim that could not be settled is renewed on. */
  private settle(settle: (token: number) => Promise<boolean>): Promise<boolean> {
    this.isSettling = true;
    return this.renewal === undefined
      ? settle(this.currentToken)
      : this.renewal.then(() => settle(this.currentToken));
  }

  private renewLater(): void {
    this.dueMs = this.timetable.nowMs + this.claimed.leaseMs / 3;
    this.timetable.add(this);
  }

  private async renew(): Promise<void> {
    const { key, fingerprint, leaseMs, mark } = this.claimed;
    if ((await this.store.renew(key, this.currentToken, leaseMs)) || this.isSettling) return;
    // Taken over, or lost by the store: then claim again for the running handler.
    const claim = await this.store.claim(key, fingerprint, leaseMs, mark);
    if (claim.state === 'claimed') this.currentToken = claim.token;
    else this.cancellation.overrule(takenOverError(this.envelope.name, this.envelope.messageId));
  }
}
