import type { IdempotencyStore } from '../ports/idempotency-store.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

/** What is claimed. */
export interface ClaimedId {
  readonly key: string;
  readonly fingerprint: string;
  readonly leaseMs: number;
  /** Of whoever claims, so that a claim whose answer was lost is known again. */
  readonly mark: string;
}

/** A claim on an id for as long as its run takes: renews it, and finds out if it belongs to somebody else. */
export class HeldClaim {
  private entry: TimetableEntry;
  private renewal: Promise<void> | undefined;
  private isSettling = false;

  /** @param onLost told once somebody else has the id: what the run does from then on is in vain */
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

  /** Renews it no more. */
  end(): void {
    this.isSettling = true;
    this.timetable.remove(this.entry);
  }

  private renewLater(): TimetableEntry {
    return this.timetable.after(this.claimed.leaseMs / 3, () => {
      this.entry = this.renewLater();
      if (this.isSettling) return;
      // A renewal that fails lets the lease lapse, which the fencing token makes harmless.
      this.renewal ??= this.renew()
        .catch(() => {})
        .finally(() => (this.renewal = undefined));
    });
  }

  private async renew(): Promise<void> {
    const { key, fingerprint, leaseMs, mark } = this.claimed;
    if ((await this.store.renew(key, this.currentToken, leaseMs)) || this.isSettling) return;
    // Either somebody took over, or the store forgot: then the run goes on under a claim of its own.
    const claim = await this.store.claim(key, fingerprint, leaseMs, mark);
    if (claim.state === 'claimed') this.currentToken = claim.token;
    else this.onLost();
  }
}
