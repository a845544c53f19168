import { randomUUID } from 'node:crypto';
import type { Claim, IdempotencyStore, StoredOutcome } from '@catga/core/engine';
import { fullError } from '../connection/broker-errors.js';
import type { KeySpace } from '../connection/key-space.js';
import { listOf, numberOf } from '../connection/lua-script.js';
import type { LuaArgument, LuaReply, LuaScript } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { PartBatches } from './part-batches.js';
import { claimRecords } from './scripts/claim-records.lua.js';
import { completeRecords } from './scripts/complete-records.lua.js';
import { releaseRecord } from './scripts/release-record.lua.js';
import { renewRecord } from './scripts/renew-record.lua.js';

interface Claimed {
  readonly id: string;
  readonly fingerprint: string;
  readonly mark: string;
  readonly leaseMs: number;
}

interface Completed {
  readonly id: string;
  readonly token: number;
  readonly isOk: boolean;
  readonly body: Buffer;
  readonly ttlMs: number;
}

const RUNNING = 0;
const MISMATCH = -1;
/** Success value of the scripts. */
const SUCCESS = '1';
const DIGIT_ONE = SUCCESS.codePointAt(0);
/** Numeric header before the fingerprint of a finished record. */
const FINISHED_HEAD = /^[01] \d+ (\d+) /;
const LONGEST_HEAD = 64;

/**
 * Idempotency store: a string per id, changed by scripts that compare its fencing token, by the server's clock.
 * Claims of one turn of the event loop share a script call, as do outcomes.
 */
export class RedisIdempotencyStore implements IdempotencyStore {
  private readonly claims: PartBatches<Claimed, LuaReply>;
  private readonly outcomes: PartBatches<Completed, LuaReply>;
  /** Prefix of claim marks, unique to this connection. */
  private readonly self = randomUUID();
  private lastMark = 0;

  constructor(
    private readonly session: RedisSession,
    private readonly keys: KeySpace,
  ) {
    this.claims = new PartBatches(
      keys,
      (prefix, claims) => this.claimAll(prefix, claims),
      ({ id, fingerprint }) => id.length + fingerprint.length,
    );
    this.outcomes = new PartBatches(
      keys,
      (_, outcomes) => this.completeAll(outcomes),
      ({ body }) => body.byteLength,
    );
  }

  async claim(
    id: string,
    fingerprint: string,
    leaseMs: number,
    mark = `${this.self}.${++this.lastMark}`,
  ): Promise<Claim> {
    const found = await this.claims.add({ id, fingerprint, mark, leaseMs: Math.ceil(leaseMs) });
    if (Buffer.isBuffer(found)) return { state: 'finished', outcome: outcomeOf(found, 1) };
    const token = numberOf(found);
    if (token > 0) return { state: 'claimed', token };
    if (token === RUNNING) return { state: 'running' };
    if (token === MISMATCH) return { state: 'mismatch' };
    throw fullError();
  }

  renew(id: string, token: number, leaseMs: number): Promise<boolean> {
    return this.change(renewRecord, id, [token, Math.ceil(leaseMs)]);
  }

  async complete(id: string, token: number, { ok, body }: StoredOutcome, ttlMs: number): Promise<boolean> {
    const bytes =
      typeof body === 'string'
        ? Buffer.from(body)
        : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const outcome = { id, token, isOk: ok, body: bytes, ttlMs: Math.ceil(ttlMs) };
    return numberOf(await this.outcomes.add(outcome)) === 1;
  }

  release(id: string, token: number): Promise<boolean> {
    return this.change(releaseRecord, id, [token]);
  }

  async find(id: string): Promise<StoredOutcome | undefined> {
    const key = this.keys.record(id);
    const held = await this.session.ask((client) => client.getBuffer(key));
    const head = FINISHED_HEAD.exec(held?.toString('latin1', 0, LONGEST_HEAD) ?? '');
    if (held === null || head === null) return undefined;
    return outcomeOf(held, head[0].length + Number(head[1]));
  }

  private async claimAll(prefix: string, claims: readonly Claimed[]): Promise<readonly LuaReply[]> {
    const keys = [`${prefix}:tokens`, ...claims.map(({ id }) => this.keys.record(id))];
    const args: LuaArgument[] = [];
    for (const { fingerprint, mark, leaseMs } of claims) args.push(fingerprint, mark, leaseMs);
    return listOf(await this.session.run(claimRecords, keys, args));
  }

  private async completeAll(outcomes: readonly Completed[]): Promise<readonly LuaReply[]> {
    const args: LuaArgument[] = [];
    for (const { token, isOk, body, ttlMs } of outcomes) args.push(token, isOk ? SUCCESS : '0', body, ttlMs);
    const keys = outcomes.map(({ id }) => this.keys.record(id));
    return listOf(await this.session.run(completeRecords, keys, args));
  }

  private async change(script: LuaScript, id: string, args: readonly LuaArgument[]): Promise<boolean> {
    return numberOf(await this.session.run(script, [this.keys.record(id)], args)) === 1;
  }
}

/** Decodes an outcome, which begins with '1' or '0'; copied, to release the whole reply. */
function outcomeOf(bytes: Buffer, from: number): StoredOutcome {
  return { ok: bytes[0] === DIGIT_ONE, body: new Uint8Array(bytes.subarray(from)) };
}
