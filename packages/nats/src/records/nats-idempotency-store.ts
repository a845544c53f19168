import { randomUUID } from 'node:crypto';
import type { Claim, IdempotencyStore, StoredOutcome } from '@catga/core/engine';
import type { Bucket, BucketEntry } from '../jetstream/bucket.js';
import type { ServerClock } from '../jetstream/server-clock.js';
import { decodeIdempotencyRecord, encodeIdempotencyRecord } from './idempotency-record.js';
import type { IdempotencyRecord } from './idempotency-record.js';
import { recordKey } from './record-key.js';

/** Maximum tries of a compare-and-set. */
const TRIES = 16;

/** Retention of an abandoned claim, in lease durations. */
const LEASES_REMEMBERED = 10;

/** A claim that this connection holds. */
interface Held {
  readonly token: number;
  readonly fingerprint: string;
  /** Its latest known revision. */
  revision: number;
}

/**
 * Idempotency store: a key per id, changed by compare-and-set on its revision. The revision of a claim
 * is its fencing token; renewals keep it. Leases and times to live count from the record's server timestamp,
 * and are compared with the server's time.
 */
export class NatsIdempotencyStore implements IdempotencyStore {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly bucket: Bucket,
    private readonly serverClock: ServerClock,
  ) {}

  async claim(
    id: string,
    fingerprint: string,
    leaseMs: number,
    claimId: string = randomUUID(),
  ): Promise<Claim> {
    const key = recordKey(id);
    await this.bucket.keepFor(leaseMs * LEASES_REMEMBERED);
    const value = encodeIdempotencyRecord({
      state: 'running',
      fingerprint,
      token: undefined,
      leaseMs,
      claimId,
    });
    let expected = 0;
    for (let tries = 0; tries < TRIES; tries++) {
      const token = await this.bucket.replace(key, value, expected);
      if (token !== undefined) return this.hold(key, fingerprint, token);
      const entry = await this.bucket.get(key);
      const record = recordOf(entry);
      // Our own claim, whose reply was lost with the connection: claim again, for a full lease.
      const isOurs = record?.state === 'running' && record.claimId === claimId;
      if (entry !== undefined && isOurs && record.fingerprint === fingerprint) {
        expected = entry.revision;
        continue;
      }
      const answer = entry && record && (await this.answerFrom(entry, record, fingerprint));
      if (answer !== undefined) return answer;
      expected = entry?.revision ?? 0;
    }
    return { state: 'running' }; // After so many conflicts another claimant certainly has it.
  }

  async renew(id: string, token: number, leaseMs: number): Promise<boolean> {
    const key = recordKey(id);
    await this.bucket.keepFor(leaseMs * LEASES_REMEMBERED);
    const claimId = randomUUID();
    return this.change(key, token, (fingerprint) => ({
      state: 'running',
      fingerprint,
      token,
      leaseMs,
      claimId,
    }));
  }

  async complete(id: string, token: number, outcome: StoredOutcome, ttlMs: number): Promise<boolean> {
    const key = recordKey(id);
    await this.bucket.keepFor(ttlMs);
    const finish = (fingerprint: string): IdempotencyRecord => ({
      state: 'finished',
      fingerprint,
      token,
      ttlMs,
      outcome,
    });
    try {
      return await this.change(key, token, finish);
    } finally {
      this.held.delete(heldKey(key, token));
    }
  }

  async release(id: string, token: number): Promise<boolean> {
    const key = recordKey(id);
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        const held = await this.holdingOf(key, token, tries > 0);
        if (held === undefined) return false;
        if ((await this.bucket.remove(key, held.revision)) !== undefined) return true;
      }
      return false;
    } finally {
      this.held.delete(heldKey(key, token));
    }
  }

  async find(id: string): Promise<StoredOutcome | undefined> {
    const entry = await this.bucket.get(recordKey(id));
    const record = recordOf(entry);
    if (entry === undefined || record?.state !== 'finished') return undefined;
    const ageMs = (await this.serverClock.now()) - entry.storedAtMs;
    return ageMs < record.ttlMs ? record.outcome : undefined;
  }

  /** Changes the record of a token. The first try uses the revision known to this connection. */
  private async change(
    key: string,
    token: number,
    toRecord: (fingerprint: string) => IdempotencyRecord,
  ): Promise<boolean> {
    let value: Uint8Array | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      const held = await this.holdingOf(key, token, tries > 0, value);
      if (held === 'done') return true;
      if (held === undefined) return false;
      value ??= encodeIdempotencyRecord(toRecord(held.fingerprint));
      const revision = await this.bucket.replace(key, value, held.revision);
      if (revision === undefined) continue;
      held.revision = revision;
      return true;
    }
    return false;
  }

  private holdingOf(key: string, token: number, isLookingAgain: boolean): Promise<Held | undefined>;
  private holdingOf(
    key: string,
    token: number,
    isLookingAgain: boolean,
    written: Uint8Array | undefined,
  ): Promise<Held | 'done' | undefined>;
  /** The unfinished claim of this token, if it was not taken over; `'done'` if the record was already written. */
  private async holdingOf(
    key: string,
    token: number,
    isLookingAgain: boolean,
    written?: Uint8Array,
  ): Promise<Held | 'done' | undefined> {
    const known = this.held.get(heldKey(key, token));
    if (known !== undefined && !isLookingAgain) return known;
    const entry = await this.bucket.get(key);
    const record = recordOf(entry);
    if (entry === undefined || record === undefined || (record.token ?? entry.revision) !== token)
      return undefined;
    // Written by an earlier try, whose reply was lost.
    if (written !== undefined && Buffer.from(written).equals(entry.value)) return 'done';
    if (record.state !== 'running') return undefined;
    const held = { token, fingerprint: record.fingerprint, revision: entry.revision };
    this.held.set(heldKey(key, token), held);
    return held;
  }

  /** Result of a claim for an existing record; undefined if the id is free. */
  private async answerFrom(
    entry: BucketEntry,
    record: IdempotencyRecord,
    fingerprint: string,
  ): Promise<Claim | undefined> {
    const ageMs = (await this.serverClock.now()) - entry.storedAtMs;
    const remembersMs = record.state === 'running' ? record.leaseMs * LEASES_REMEMBERED : record.ttlMs;
    if (ageMs >= remembersMs) return undefined;
    if (record.fingerprint !== fingerprint) return { state: 'mismatch' };
    if (record.state === 'finished') return { state: 'finished', outcome: record.outcome };
    return ageMs < record.leaseMs ? { state: 'running' } : undefined;
  }

  private hold(key: string, fingerprint: string, token: number): Claim {
    this.held.set(heldKey(key, token), { token, fingerprint, revision: token });
    return { state: 'claimed', token };
  }
}

function heldKey(key: string, token: number): string {
  return `${token} ${key}`;
}

function recordOf(entry: BucketEntry | undefined): IdempotencyRecord | undefined {
  return entry === undefined || entry.isDeleted ? undefined : decodeIdempotencyRecord(entry.value);
}
