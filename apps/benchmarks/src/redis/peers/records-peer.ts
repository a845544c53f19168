import { systemClock } from '@catga/core/engine';
import { redis } from '@catga/redis';
import type { Peer, PeerSettings, RequestingSide } from '../../processes/peers/peer.js';
import { LEASE_MS, OUTCOME, OUTCOME_MS } from './recorded.js';

const FINGERPRINT = '3b1f5a7cd2e49b60';

/** The record of ids of the Redis engine, asked by itself: the claim of an id, and for a whole record its outcome. */
export const recordsPeer: Peer = {
  async request({ url, namespace, qos }: PeerSettings): Promise<RequestingSide> {
    const client = { namespace, nodeId: 'recording', clock: systemClock, heartbeatTimeoutMs: 60_000 };
    const connection = await redis(url).connect(client);
    const { idempotency } = connection;
    return {
      async send(id) {
        const key = String(id);
        const claim = await idempotency.claim(key, FINGERPRINT, LEASE_MS);
        if (claim.state !== 'claimed') throw new Error(`${key} is ${claim.state}.`);
        if (qos === 2) await idempotency.complete(key, claim.token, { ok: true, body: OUTCOME }, OUTCOME_MS);
        return { id };
      },
      close: () => connection.close(),
    };
  },
};
