import type { IdempotencyStore } from '../ports/idempotency-store.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

/** Claim request. */
export interface ClaimedId {
  readonly key: string;
  readonly fingerprint: string;
  readonly leaseMs: number;
  /** Mark of the claimant, so that a claim whose reply was lost is recognized. */
  readonly mark: string;
}

/** Claim on an id during a run: renews the lease, and detects its loss. */
export class HeldClaim {
  private entry: TimetableEntry;
  private renewal: Promise<void> | undefined;
  private isSettling = false;

  /** @param onLost called once if another claimant has taken the id over */
  constructor(
    private readonly store: IdempotencyStore,
    private readonly timetable: Timetable,
    private readonly claimed: ClaimedId,
    private currentToken: number,
    private readonly onLost: () => void,
  ) {
    this.entry = this.renewLater();
  }

  /** Settles the claim with its fencing token, which stays the same meanwhile. A claim that could not be settled is renewed on. */
  async settle<T>(settle: (token: number) => Promise<T>): Promise<T> {
    this.isSettling = true;
    try {
      await this.renewal;
      return await settle(this.currentToken);
    } finally {
      this.isSettling = false;
    }
  }

  /** Stops renewing. */
  end(): void {
    this.isSettling = true;
    this.timetable.remove(this.entry);
  }

  private renewLater(): TimetableEntry {
    return this.timetable.after(this.claimed.leaseMs / 3, () => {
      this.entry = this.renewLater();
      if (this.isSettling) return;
      // If renewals fail, the lease expires; the fencing token makes that safe.
      this.renewal ??= this.renew()
        .catch(() => {})
        .finally(() => (this.renewal = undefined));
    });
  }

  private async renew(): Promise<void> {
    const { key, fingerprint, leaseMs, mark } = this.claimed;
    if ((await this.store.renew(key, this.currentToken, leaseMs)) || this.isSettling) return;
    // Taken over, or lost by the store: then claim again for the running handler.
    const claim = await this.store.claim(key, fingerprint, leaseMs, mark);
    if (claim.state === 'claimed') this.currentToken = claim.token;
    else this.onLost();
  }
}
