import type { Claim, IdempotencyStore, StoredOutcome } from '../ports/idempotency-store.js';
import { ExpiringMap } from './expiring-map.js';

/** Claim, later with its outcome. Mutable, since there is one for each id of the last day. */
interface IdempotencyRecord {
  readonly fingerprint: string;
  token: number;
  mark: string | undefined;
  leaseEndsMs: number;
  outcome: StoredOutcome | undefined;
  expiresAtMs: number;
}

/**
 * Number of leases after which an idle, unfinished claim is forgotten. Until another claim takes it over, its fencing
 * token is still the greatest: a holder that was only slow records its outcome instead of running again.
 */
const LEASES_REMEMBERED = 10;

/** Idempotency records of one namespace. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  private readonly records: ExpiringMap<IdempotencyRecord>;
  private lastToken = 0;

  constructor(private readonly monotonicMs: () => number) {
    this.records = new ExpiringMap(monotonicMs);
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
    if (held !== undefined) {
      held.outcome = outcome;
      held.mark = undefined;
      held.expiresAtMs = this.monotonicMs() + ttlMs;
    }
    return Promise.resolve(held !== undefined);
  }

  release(key: string, token: number): Promise<boolean> {
    return Promise.resolve(this.heldWith(key, token) !== undefined && this.records.delete(key));
  }

  find(key: string): Promise<StoredOutcome | undefined> {
    return Promise.resolve(this.records.get(key)?.outcome);
  }

  private claimNow(key: string, fingerprint: string, leaseMs: number, mark: string | undefined): Claim {
    const record = this.records.get(key);
    if (record === undefined) {
      const nowMs = this.monotonicMs();
      const token = ++this.lastToken;
      const leaseEndsMs = nowMs + leaseMs;
      const expiresAtMs = nowMs + leaseMs * LEASES_REMEMBERED;
      this.records.set(key, { fingerprint, token, mark, leaseEndsMs, outcome: undefined, expiresAtMs });
      return { state: 'claimed', token };
    }
    if (record.fingerprint !== fingerprint) return { state: 'mismatch' };
    if (record.outcome !== undefined) return { state: 'finished', outcome: record.outcome };
    if (mark === undefined || record.mark !== mark) {
      if (record.leaseEndsMs > this.monotonicMs()) return { state: 'running' };
      record.token = ++this.lastToken;
      record.mark = mark;
    }
    this.lease(record, leaseMs);
    return { state: 'claimed', token: record.token };
  }

  private lease(record: IdempotencyRecord, leaseMs: number): void {
    const nowMs = this.monotonicMs();
    record.leaseEndsMs = nowMs + leaseMs;
    record.expiresAtMs = nowMs + leaseMs * LEASES_REMEMBERED;
  }

  /** Unfinished claim with this token; undefined if another claim took it over. */
  private heldWith(key: string, token: number): IdempotencyRecord | undefined {
    const record = this.records.get(key);
    return record?.token === token && record.outcome === undefined ? record : undefined;
  }
}
