import type { Claim, IdempotencyStore } from '@catga/core/engine';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Lab } from '../lab.js';

const done = { ok: true, body: new Uint8Array([1, 2, 255]) };

function tokenOf(claim: Claim): number {
  if (claim.state !== 'claimed') throw new Error(`The claim was ${claim.state}.`);
  return claim.token;
}

/** Idempotency store port: atomic claims with fencing tokens. */
export function idempotencyStore(lab: Lab): void {
  describe('the idempotency store', () => {
    let store: IdempotencyStore;
    let leaseMs: number;
    const ttlMs = 60_000;

    beforeEach(async () => {
      store = (await lab.connect()).idempotency;
      leaseMs = 100 * lab.unitMs;
    });

    it('gives a claim to one of many that ask at the same moment', async () => {
      const other = (await lab.connect({ nodeId: 'other' })).idempotency;
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? store : other).claim('k', 'print', leaseMs)),
      );
      expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1);
      expect(claims.filter(({ state }) => state === 'running')).toHaveLength(19);
    });

    it('gives the claim again to a holder that repeats its mark, and to nobody else', async () => {
      const token = tokenOf(await store.claim('k', 'print', leaseMs, 'mine'));
      const again = tokenOf(await store.claim('k', 'print', leaseMs, 'mine'));
      await expect(store.claim('k', 'print', leaseMs, 'theirs')).resolves.toEqual({ state: 'running' });
      await expect(store.claim('k', 'print', leaseMs)).resolves.toEqual({ state: 'running' });
      await expect(store.claim('k', 'other print', leaseMs, 'mine')).resolves.toEqual({ state: 'mismatch' });
      expect(again).toBeGreaterThanOrEqual(token);
      await expect(store.complete('k', again, done, ttlMs)).resolves.toBe(true);
    });

    it('answers with the outcome once it is recorded, byte by byte', async () => {
      const token = tokenOf(await store.claim('k', 'print', leaseMs));
      await expect(store.complete('k', token, done, ttlMs)).resolves.toBe(true);
      const claim = await store.claim('k', 'print', leaseMs);
      expect(claim).toMatchObject({ state: 'finished', outcome: { ok: true } });
      expect(claim.state === 'finished' && Buffer.from(claim.outcome.body)).toEqual(Buffer.from([1, 2, 255]));
    });

    it('answers with an outcome that was recorded as text', async () => {
      const token = tokenOf(await store.claim('k', 'print', leaseMs));
      await store.complete('k', token, { ok: false, body: '{"€":"\u{1F600}"}' }, ttlMs);
      const found = await store.find('k');
      expect(found?.ok).toBe(false);
      expect(Buffer.from(found?.body ?? '').toString()).toBe('{"€":"\u{1F600}"}');
    });

    it('reports a mismatch for another content under the same key, running or finished', async () => {
      const token = tokenOf(await store.claim('k', 'print', leaseMs));
      await expect(store.claim('k', 'other', leaseMs)).resolves.toEqual({ state: 'mismatch' });
      await store.complete('k', token, done, ttlMs);
      await expect(store.claim('k', 'other', leaseMs)).resolves.toEqual({ state: 'mismatch' });
      await expect(store.claim('k2', 'other', leaseMs)).resolves.toMatchObject({ state: 'claimed' });
    });

    it('finds an outcome, and nothing where there is none yet, and claims nothing by looking', async () => {
      const other = (await lab.connect({ nodeId: 'other' })).idempotency;
      await expect(other.find('k')).resolves.toBeUndefined();
      const token = tokenOf(await store.claim('k', 'print', leaseMs));
      await expect(other.find('k')).resolves.toBeUndefined();
      await store.complete('k', token, done, ttlMs);
      const found = await other.find('k');
      expect(found?.ok).toBe(true);
      expect(Buffer.from(found?.body ?? '')).toEqual(Buffer.from([1, 2, 255]));
    });

    it('forgets a claim that is released', async () => {
      const token = tokenOf(await store.claim('k', 'print', leaseMs));
      await expect(store.release('k', token)).resolves.toBe(true);
      await expect(store.claim('k', 'print', leaseMs)).resolves.toMatchObject({ state: 'claimed' });
    });

    it('gives an expired claim to the next one, with a greater token', async () => {
      const first = tokenOf(await store.claim('k', 'print', 6 * lab.unitMs));
      await expect(store.claim('k', 'print', leaseMs)).resolves.toEqual({ state: 'running' });
      await lab.pass(8);
      const second = tokenOf(await store.claim('k', 'print', leaseMs));
      expect(second).toBeGreaterThan(first);
    });

    it('gives a greater token after a release and after an outcome was forgotten', async () => {
      const first = tokenOf(await store.claim('k', 'print', leaseMs));
      await store.release('k', first);
      const second = tokenOf(await store.claim('k', 'print', leaseMs));
      await store.complete('k', second, done, 2 * lab.unitMs);
      await lab.pass(4);
      const third = tokenOf(await store.claim('k', 'print', leaseMs));
      expect(second).toBeGreaterThan(first);
      expect(third).toBeGreaterThan(second);
    });

    it('refuses a holder whose claim was taken over, whatever it tries', async () => {
      const old = tokenOf(await store.claim('k', 'print', 2 * lab.unitMs));
      await lab.pass(4);
      const token = tokenOf(await store.claim('k', 'print', leaseMs));
      await expect(store.renew('k', old, leaseMs)).resolves.toBe(false);
      await expect(store.complete('k', old, { ok: false, body: new Uint8Array() }, ttlMs)).resolves.toBe(
        false,
      );
      await expect(store.release('k', old)).resolves.toBe(false);
      await expect(store.claim('k', 'print', leaseMs)).resolves.toEqual({ state: 'running' });
      await expect(store.complete('k', token, done, ttlMs)).resolves.toBe(true);
      await expect(store.claim('k', 'print', leaseMs)).resolves.toMatchObject({ outcome: { ok: true } });
    });

    it('keeps an outcome from being overwritten or released', async () => {
      const token = tokenOf(await store.claim('k', 'print', leaseMs));
      await store.complete('k', token, done, ttlMs);
      await expect(store.complete('k', token, { ok: false, body: new Uint8Array() }, ttlMs)).resolves.toBe(
        false,
      );
      await expect(store.release('k', token)).resolves.toBe(false);
      await expect(store.claim('k', 'print', leaseMs)).resolves.toMatchObject({ outcome: { ok: true } });
    });

    it('keeps a claim that is renewed', async () => {
      const token = tokenOf(await store.claim('k', 'print', 10 * lab.unitMs));
      for (let renewals = 0; renewals < 4; renewals++) {
        await lab.pass(3);
        await expect(store.renew('k', token, 10 * lab.unitMs)).resolves.toBe(true);
      }
      await expect(store.claim('k', 'print', leaseMs)).resolves.toEqual({ state: 'running' });
    });

    it('forgets an outcome after its time to live, and no sooner', async () => {
      const token = tokenOf(await store.claim('k', 'print', leaseMs));
      await store.complete('k', token, done, 20 * lab.unitMs);
      await lab.pass(2);
      await expect(store.claim('k', 'print', leaseMs)).resolves.toMatchObject({ state: 'finished' });
      await lab.pass(20);
      await expect(store.claim('k', 'print', leaseMs)).resolves.toMatchObject({ state: 'claimed' });
    });

    it('takes any text for a key', async () => {
      for (const key of ['a.b', 'a b', 'a*', '>', 'ключ', '__proto__', 'x'.repeat(500)]) {
        const token = tokenOf(await store.claim(key, 'print', leaseMs));
        await store.complete(key, token, done, ttlMs);
        await expect(store.claim(key, 'print', leaseMs)).resolves.toMatchObject({ state: 'finished' });
      }
    });
  });
}
