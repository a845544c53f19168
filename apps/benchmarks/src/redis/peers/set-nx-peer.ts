import { Redis } from 'ioredis';
import { NOTE } from '../../processes/peers/peer.js';
import type { Peer, PeerSettings, RequestingSide } from '../../processes/peers/peer.js';
import { LEASE_MS, OUTCOME, OUTCOME_MS } from './recorded.js';

/** The client itself with auto-pipelining: SET NX for each id, and for a whole record another SET of the outcome. */
export const setNxPeer: Peer = {
  async request({ url, namespace, qos }: PeerSettings): Promise<RequestingSide> {
    const client = new Redis(url, { enableAutoPipelining: true });
    return {
      async send(id) {
        const key = `${namespace}:raw:${id}`;
        if ((await client.set(key, NOTE, 'PX', LEASE_MS, 'NX')) !== 'OK')
          throw new Error(`${key} is there already.`);
        if (qos === 2) await client.set(key, OUTCOME, 'PX', OUTCOME_MS);
        return { id };
      },
      close: async () => client.disconnect(),
    };
  },
};
