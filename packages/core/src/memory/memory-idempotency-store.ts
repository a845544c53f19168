import type { Claim, IdempotencyStore, StoredOutcome } from '../ports/idempotency-store.js';
import { ExpiringMap } from './expiring-map.js';

type IdempotencyRecord = {
  readonly fingerprint: string;
  readonly token: number;
} & ({ readonly outcome: StoredOutcome } | { readonly leaseEndsMs: number });

/**
 * How many leases long a claim is remembered that nobody renewed, took over or finished. Until it is taken over, its
 * holder's token is still the greatest: a holder that was only slow records its outcome instead of running again.
 */
const LEASES_REMEMBERED = 10;

/** The record of requests of one namespace. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  private readonly records: ExpiringMap<IdempotencyRecord>;
  private lastToken = 0;

  constructor(private readonly monotonicMs: () => number) {
    this.records = new ExpiringMap(monotonicMs);
  }

  claim(key: string, fingerprint: string, leaseMs: number): Promise<Claim> {
    return Promise.resolve(this.claimNow(key, fingerprint, leaseMs));
  }

  renew(key: string, token: number, leaseMs: number): Promise<boolean> {
    const held = this.heldWith(key, token);
    if (held !== undefined) this.lease(key, held.fingerprint, token, leaseMs);
    return Promise.resolve(held !== undefined);
  }

  complete(key: string, token: number, outcome: StoredOutcome, ttlMs: number): Promise<boolean> {
    const held = this.heldWith(key, token);
    if (held !== undefined) this.records.set(key, { fingerprint: held.fingerprint, token, outcome }, ttlMs);
    return Promise.resolve(held !== undefined);
  }

  release(key: string, token: number): Promise<boolean> {
    return Promise.resolve(this.heldWith(key, token) !== undefined && this.records.delete(key));
  }

  find(key: string): Promise<StoredOutcome | undefined> {
    const record = this.records.get(key);
    return Promise.resolve(record !== undefined && 'outcome' in record ? record.outcome : undefined);
  }

  private claimNow(key: string, fingerprint: string, leaseMs: number): Claim {
    const record = this.records.get(key);
    if (record !== undefined) {
      if (record.fingerprint !== fingerprint) return { state: 'mismatch' };
      if ('outcome' in record) return { state: 'finished', outcome: record.outcome };
      if (record.leaseEndsMs > this.monotonicMs()) return { state: 'running' };
    }
    const token = ++this.lastToken;
    this.lease(key, fingerprint, token, leaseMs);
    return { state: 'claimed', token };
  }

  private lease(key: string, fingerprint: string, token: number, leaseMs: number): void {
    const leaseEndsMs = this.monotonicMs() + leaseMs;
    this.records.set(key, { fingerprint, token, leaseEndsMs }, leaseMs * LEASES_REMEMBERED);
  }

  /** The unfinished claim of this token, if nobody took it over. */
  private heldWith(key: string, token: number): IdempotencyRecord | undefined {
    const record = this.records.get(key);
    return record !== undefined && record.token === token && !('outcome' in record) ? record : undefined;
  }
}
