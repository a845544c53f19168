import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Claim, StoredOutcome } from '../ports/idempotency-store.js';
import { TestClock } from '../time/test-clock.js';
import { MemoryIdempotencyStore } from './memory-idempotency-store.js';

const outcome: StoredOutcome = { ok: true, body: new Uint8Array([1, 2]) };
const LEASE_MS = 1000;
const TTL_MS = 60_000;

function tokenOf(claim: Claim): number {
  if (claim.state !== 'claimed') throw new Error(`The claim found '${claim.state}'.`);
  return claim.token;
}

describe('MemoryIdempotencyStore', () => {
  let clock: TestClock;
  let store: MemoryIdempotencyStore;
  const claim = (fingerprint = 'same', key = 'id'): Promise<Claim> => store.claim(key, fingerprint, LEASE_MS);

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryIdempotencyStore(() => clock.monotonicMs());
  });

  it('gives an id to exactly one of those who claim it at the same time', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim()));
    expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ state }) => state === 'running')).toHaveLength(19);
  });

  it('answers a repetition with the recorded outcome, until its time to live is over', async () => {
    expect(await store.complete('id', tokenOf(await claim()), outcome, TTL_MS)).toBe(true);
    await clock.advance(TTL_MS - 1);
    expect(await claim()).toEqual({ state: 'finished', outcome });
    await clock.advance(1);
    expect(await claim()).toMatchObject({ state: 'claimed' });
  });

  it('gives a lapsed lease to the next claim, with a greater token', async () => {
    const old = tokenOf(await claim());
    await clock.advance(LEASE_MS - 1);
    expect(await claim()).toEqual({ state: 'running' });
    await clock.advance(1);
    expect(tokenOf(await claim())).toBeGreaterThan(old);
  });

  it('ignores an old token once the claim was taken over', async () => {
    const old = tokenOf(await claim());
    await clock.advance(LEASE_MS);
    const current = tokenOf(await claim());
    expect(await store.complete('id', old, { ...outcome, ok: false }, TTL_MS)).toBe(false);
    expect(await store.renew('id', old, 10 * LEASE_MS)).toBe(false);
    expect(await store.release('id', old)).toBe(false);
    expect(await claim()).toEqual({ state: 'running' });
    expect(await store.complete('id', current, outcome, TTL_MS)).toBe(true);
    expect(await store.complete('id', old, { ...outcome, ok: false }, TTL_MS)).toBe(false);
    expect(await claim()).toEqual({ state: 'finished', outcome });
  });

  it('records the outcome of a holder that was slow, as long as nobody took the claim over', async () => {
    const token = tokenOf(await claim());
    await clock.advance(2 * LEASE_MS);
    expect(await store.complete('id', token, outcome, TTL_MS)).toBe(true);
    expect(await claim()).toEqual({ state: 'finished', outcome });
  });

  it('forgets a claim in the end that its holder never came back for', async () => {
    const token = tokenOf(await claim());
    await clock.advance(10 * LEASE_MS);
    expect(await store.complete('id', token, outcome, TTL_MS)).toBe(false);
  });

  it('keeps a claim that is renewed', async () => {
    const token = tokenOf(await claim());
    for (let renewal = 0; renewal < 5; renewal++) {
      await clock.advance(LEASE_MS - 1);
      expect(await store.renew('id', token, LEASE_MS)).toBe(true);
    }
    await clock.advance(LEASE_MS - 1);
    expect(await claim()).toEqual({ state: 'running' });
  });

  it('lets the next claim run a request that was released', async () => {
    const token = tokenOf(await claim());
    expect(await store.release('id', token)).toBe(true);
    expect(tokenOf(await claim())).toBeGreaterThan(token);
  });

  it('settles a claim once', async () => {
    const token = tokenOf(await claim());
    await store.complete('id', token, outcome, TTL_MS);
    expect(await store.complete('id', token, { ...outcome, ok: false }, TTL_MS)).toBe(false);
    expect(await store.renew('id', token, LEASE_MS)).toBe(false);
    expect(await store.release('id', token)).toBe(false);
    expect(await claim()).toEqual({ state: 'finished', outcome });
  });

  it('reports another content under the same id as a mismatch, while it runs and after it finished', async () => {
    const token = tokenOf(await claim('one'));
    expect(await claim('other')).toEqual({ state: 'mismatch' });
    await store.complete('id', token, outcome, TTL_MS);
    expect(await claim('other')).toEqual({ state: 'mismatch' });
    expect(await claim('one')).toEqual({ state: 'finished', outcome });
  });

  it('keeps ids apart, and never gives one token twice', async () => {
    const tokens: number[] = [];
    for (const key of ['a', 'b', 'c']) tokens.push(tokenOf(await claim('same', key)));
    expect(new Set(tokens).size).toBe(3);
    expect(await store.complete('a', tokens[1] ?? 0, outcome, TTL_MS)).toBe(false);
  });

  it.each<[string, StoredOutcome]>([
    ['bytes', { ok: true, body: new Uint8Array([0, 255, 128]) }],
    ['no bytes', { ok: false, body: new Uint8Array(0) }],
    ['text', { ok: true, body: '{"value":"größer 🚀"}' }],
    ['no text', { ok: false, body: '' }],
    ['text with half a surrogate', { ok: true, body: 'a\ud800b' }],
    ['more than a segment', { ok: true, body: 'x'.repeat(400_000) }],
  ])('returns an outcome of %s as it was recorded', async (_what, recorded) => {
    await store.complete('before', tokenOf(await claim('same', 'before')), outcome, TTL_MS);
    await store.complete('id', tokenOf(await claim('print of \udc00')), recorded, TTL_MS);
    await store.complete('after', tokenOf(await claim('same', 'after')), outcome, TTL_MS);
    expect(await claim('print of \udc00')).toEqual({ state: 'finished', outcome: recorded });
    expect(await claim('print of \udc01')).toEqual({ state: 'mismatch' });
    expect(await store.find('before')).toEqual(outcome);
    expect(await store.find('after')).toEqual(outcome);
  });

  it('forgets many outcomes together once they have expired, and keeps one that lasts longer', async () => {
    const body = 'x'.repeat(100_000);
    for (let index = 0; index < 50; index++) {
      const key = `short ${index}`;
      await store.complete(key, tokenOf(await claim('same', key)), { ok: true, body }, TTL_MS);
    }
    await store.complete('long', tokenOf(await claim('same', 'long')), outcome, 10 * TTL_MS);
    await clock.advance(TTL_MS);
    await store.complete('new', tokenOf(await claim('same', 'new')), outcome, TTL_MS);
    expect(await store.find('short 0')).toBeUndefined();
    expect(await store.find('short 49')).toBeUndefined();
    expect(await store.find('long')).toEqual(outcome);
    expect(await store.find('new')).toEqual(outcome);
  });

  it('measures leases in passed time, not by the wall clock', async () => {
    await claim();
    clock.step(3_600_000);
    expect(await claim()).toEqual({ state: 'running' });
  });
});
