import type { IdempotencyStore } from '../ports/idempotency-store.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

/** What is claimed. */
export interface ClaimedId {
  readonly key: string;
  readonly fingerprint: string;
  readonly leaseMs: number;
}

/** A claim on an id for as long as its run takes: renews it, and finds out if it belongs to somebody else. */
export class HeldClaim {
  private entry: TimetableEntry;
  private renewal: Promise<void> | undefined;
  private isOver = false;

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

  /** The fencing token to settle the claim with; it changes no more. */
  async token(): Promise<number> {
    this.isOver = true;
    await this.renewal;
    return this.currentToken;
  }

  /** Renews it no more. */
  end(): void {
    this.isOver = true;
    this.timetable.remove(this.entry);
  }

  private renewLater(): TimetableEntry {
    return this.timetable.after(this.claimed.leaseMs / 3, () => {
      this.entry = this.renewLater();
      // A renewal that fails lets the lease lapse, which the fencing token makes harmless.
      this.renewal ??= this.renew()
        .catch(() => {})
        .finally(() => (this.renewal = undefined));
    });
  }

  private async renew(): Promise<void> {
    const { key, fingerprint, leaseMs } = this.claimed;
    if ((await this.store.renew(key, this.currentToken, leaseMs)) || this.isOver) return;
    // Either somebody took over, or the store forgot: then the run goes on under a claim of its own.
    const claim = await this.store.claim(key, fingerprint, leaseMs);
    if (claim.state === 'claimed') this.currentToken = claim.token;
    else this.onLost();
  }
}
