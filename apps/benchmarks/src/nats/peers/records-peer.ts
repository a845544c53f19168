import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { NOTE } from '../../processes/peers/peer.js';
import type { Peer, PeerSettings, RequestingSide } from '../../processes/peers/peer.js';

/** The client itself, writing a claim and an outcome for each request into a KV bucket: the least a record costs. */
export const recordsPeer: Peer = {
  async request({ url, namespace }: PeerSettings): Promise<RequestingSide> {
    const connection = await connect({ servers: url });
    const bucket = await new Kvm(connection).create(`${namespace}_two_records`);
    return {
      async send(id) {
        const key = `request.${id}`;
        await bucket.put(key, JSON.stringify({ state: 'running' }));
        await bucket.put(key, JSON.stringify({ state: 'finished', body: { id, note: NOTE } }));
        return { id, note: NOTE };
      },
      close: () => connection.close(),
    };
  },
};
