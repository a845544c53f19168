import { jetstream } from '@nats-io/jetstream';
import { open } from '../../nats/peers/jet-stream-peer.js';
import { NOTE } from '../../processes/peers/peer.js';
import type { Peer } from '../../processes/peers/peer.js';
import { streamFor } from './streams.js';

/** The client's JetStream: a message that expects the last one of its subject, which the process remembers. */
export const jsPublishPeer: Peer = {
  async request(settings) {
    const { stream, connection } = await open(settings);
    const js = jetstream(connection);
    const last = new Map<string, number>();
    return {
      async send(id) {
        const subject = `${stream}.${streamFor(id)}`;
        const { seq } = await js.publish(subject, JSON.stringify({ id, note: NOTE }), {
          expect: { lastSubjectSequence: last.get(subject) ?? 0 },
        });
        last.set(subject, seq);
        return { id, note: NOTE };
      },
      close: () => connection.close(),
    };
  },
};
