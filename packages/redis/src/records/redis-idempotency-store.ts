import { randomUUID } from 'node:crypto';
import type { Claim, IdempotencyStore, StoredOutcome } from '@catga/core/engine';
import type { KeySpace } from '../connection/key-space.js';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { LuaArgument, LuaScript } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { claimRecord } from './scripts/claim-record.lua.js';
import { completeRecord } from './scripts/complete-record.lua.js';
import { releaseRecord } from './scripts/release-record.lua.js';
import { renewRecord } from './scripts/renew-record.lua.js';

/** How many leases long a claim is remembered that nobody renewed, took over or finished. */
const LEASES_REMEMBERED = 10;

/** The record of requests: a hash for each id, changed by scripts that compare its fencing token, in the server's time. */
export class RedisIdempotencyStore implements IdempotencyStore {
  constructor(
    private readonly session: RedisSession,
    private readonly keys: KeySpace,
  ) {}

  async claim(id: string, fingerprint: string, leaseMs: number): Promise<Claim> {
    const { record, tokens } = this.keys.record(id);
    const args = [fingerprint, Math.ceil(leaseMs), randomUUID(), remembered(leaseMs)];
    const [state, ...found] = listOf(await this.session.run(claimRecord, [record, tokens], args));
    switch (bytesOf(state).toString()) {
      case 'claimed':
        return { state: 'claimed', token: numberOf(found[0]) };
      case 'finished':
        return { state: 'finished', outcome: outcomeOf(bytesOf(found[0]), bytesOf(found[1])) };
      case 'mismatch':
        return { state: 'mismatch' };
      default:
        return { state: 'running' };
    }
  }

  renew(id: string, token: number, leaseMs: number): Promise<boolean> {
    return this.change(renewRecord, id, [token, Math.ceil(leaseMs), remembered(leaseMs)]);
  }

  complete(id: string, token: number, { ok, body }: StoredOutcome, ttlMs: number): Promise<boolean> {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return this.change(completeRecord, id, [token, ok ? '1' : '0', bytes, Math.ceil(ttlMs)]);
  }

  release(id: string, token: number): Promise<boolean> {
    return this.change(releaseRecord, id, [token]);
  }

  async find(id: string): Promise<StoredOutcome | undefined> {
    const { record } = this.keys.record(id);
    const [ok, body] = await this.session.ask((client) => client.hmgetBuffer(record, 'o', 'b'));
    return ok && body ? outcomeOf(ok, body) : undefined;
  }

  private async change(script: LuaScript, id: string, args: readonly LuaArgument[]): Promise<boolean> {
    return numberOf(await this.session.run(script, [this.keys.record(id).record], args)) === 1;
  }
}

function outcomeOf(ok: Buffer, body: Buffer): StoredOutcome {
  return { ok: ok.toString() === '1', body: new Uint8Array(body) };
}

function remembered(leaseMs: number): number {
  return Math.ceil(leaseMs * LEASES_REMEMBERED);
}
