import { BriefMap } from '../ids/brief-map.js';
import type { Claim, IdempotencyStore, StoredOutcome } from '../ports/idempotency-store.js';
import { OutcomeArchive } from './outcome-archive.js';

/** Claim on an id whose outcome is not recorded. */
interface HeldId {
  readonly fingerprint: string;
  token: number;
  mark: string | undefined;
  leaseEndsMs: number;
  expiresAtMs: number;
}

/**
 * Number of leases after which an idle, unfinished claim is forgotten. Until another claim takes it over, its fencing
 * token is still the greatest: a holder that was only slow records its outcome instead of running again.
 */
const LEASES_REMEMBERED = 10;

/** Idempotency records of one namespace: claims, and recorded outcomes. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  private readonly archive: OutcomeArchive;
  private readonly claims: BriefMap<HeldId>;
  private lastToken = 0;

  constructor(private readonly monotonicMs: () => number) {
    this.archive = new OutcomeArchive(monotonicMs);
    this.claims = new BriefMap<HeldId>(({ expiresAtMs }) => expiresAtMs <= monotonicMs());
  }

  claim(key: string, fingerprint: string, leaseMs: number, mark?: string): Promise<Claim> {
    return Promise.resolve(this.claimNow(key, fingerprint, leaseMs, mark));
  }

  renew(key: string, token: number, leaseMs: number): Promise<boolean> {
    const held = this.heldWith(key, token);
    if (held !== undefined) this.lease(held, leaseMs);
    return Promise.resolve(held !== undefined);
  }

  complete(key: string, token: number, outcome: StoredOutcome, ttlMs: number): Promise<boolean> {
    const held = this.heldWith(key, token);
    if (held === undefined) return Promise.resolve(false);
    this.archive.add(key, held.fingerprint, outcome, ttlMs);
    this.claims.delete(key);
    return Promise.resolve(true);
  }

  release(key: string, token: number): Promise<boolean> {
    const isHeld = this.heldWith(key, token) !== undefined;
    if (isHeld) this.claims.delete(key);
    return Promise.resolve(isHeld);
  }

  find(key: string): Promise<StoredOutcome | undefined> {
    return Promise.resolve(this.archive.find(key) ? this.archive.outcome : undefined);
  }

  private claimNow(key: string, fingerprint: string, leaseMs: number, mark: string | undefined): Claim {
    const held = this.claims.get(key);
    if (held === undefined) {
      const { archive } = this;
      if (archive.find(key))
        return archive.fingerprint === fingerprint
          ? { state: 'finished', outcome: archive.outcome }
          : { state: 'mismatch' };
      const nowMs = this.monotonicMs();
      const token = ++this.lastToken;
      const leaseEndsMs = nowMs + leaseMs;
      const expiresAtMs = nowMs + leaseMs * LEASES_REMEMBERED;
      this.claims.set(key, { fingerprint, token, mark, leaseEndsMs, expiresAtMs });
      return { state: 'claimed', token };
    }
    if (held.fingerprint !== fingerprint) return { state: 'mismatch' };
    if (mark === undefined || held.mark !== mark) {
      if (held.leaseEndsMs > this.monotonicMs()) return { state: 'running' };
      held.token = ++this.lastToken;
      held.mark = mark;
    }
    this.lease(held, leaseMs);
    return { state: 'claimed', token: held.token };
  }

  private lease(held: HeldId, leaseMs: number): void {
    const nowMs = this.monotonicMs();
    held.leaseEndsMs = nowMs + leaseMs;
    held.expiresAtMs = nowMs + leaseMs * LEASES_REMEMBERED;
  }

  /** Claim with this token; undefined if its outcome is recorded, or another claim took it over. */
  private heldWith(key: string, token: number): HeldId | undefined {
    const held = this.claims.get(key);
    return held?.token === token ? held : undefined;
  }
}
