import type { Claim, IdempotencyStore, StoredOutcome } from '../ports/idempotency-store.js';
import { ExpiringMap } from './expiring-map.js';

type IdempotencyRecord = {
  readonly fingerprint: string;
  readonly token: number;
} & (
  { readonly outcome: StoredOutcome } | { readonly leaseEndsMs: number; readonly mark: string | undefined }
);

/** A claim that is not finished. */
interface Held {
  readonly fingerprint: string;
  readonly token: number;
  readonly mark: string | undefined;
}

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

  claim(key: string, fingerprint: string, leaseMs: number, mark?: string): Promise<Claim> {
    return Promise.resolve(this.claimNow(key, fingerprint, leaseMs, mark));
  }

  renew(key: string, token: number, leaseMs: number): Promise<boolean> {
    const held = this.heldWith(key, token);
    if (held !== undefined) this.lease(key, held, leaseMs);
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

  private claimNow(key: string, fingerprint: string, leaseMs: number, mark: string | undefined): Claim {
    const record = this.records.get(key);
    if (record !== undefined) {
      if (record.fingerprint !== fingerprint) return { state: 'mismatch' };
      if ('outcome' in record) return { state: 'finished', outcome: record.outcome };
      if (mark !== undefined && record.mark === mark) {
        this.lease(key, record, leaseMs);
        return { state: 'claimed', token: record.token };
      }
      if (record.leaseEndsMs > this.monotonicMs()) return { state: 'running' };
    }
    const token = ++this.lastToken;
    this.lease(key, { fingerprint, token, mark }, leaseMs);
    return { state: 'claimed', token };
  }

  private lease(key: string, { fingerprint, token, mark }: Held, leaseMs: number): void {
    const leaseEndsMs = this.monotonicMs() + leaseMs;
    this.records.set(key, { fingerprint, token, mark, leaseEndsMs }, leaseMs * LEASES_REMEMBERED);
  }

  /** The unfinished claim of this token, if nobody took it over. */
  private heldWith(key: string, token: number): Held | undefined {
    const record = this.records.get(key);
    return record !== undefined && record.token === token && !('outcome' in record) ? record : undefined;
  }
}
