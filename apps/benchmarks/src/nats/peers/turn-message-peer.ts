import { jetstream } from '@nats-io/jetstream';
import { NOTE } from '../../processes/peers/peer.js';
import type { Peer, PeerSettings, Placed, RequestingSide } from '../../processes/peers/peer.js';
import { handleEach, open } from './jet-stream-peer.js';

/**
 * What could be had by giving up what the server does for each event: all events of a turn of the event loop in one
 * message of the stream, handled and acknowledged as one.
 */
export const turnMessagePeer: Peer = {
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const { stream, connection } = await open(settings);
    const js = jetstream(connection);
    let turn: Placed[] = [];
    let storing: Promise<unknown> | undefined;
    const store = (): Promise<unknown> => {
      const events = turn;
      turn = [];
      storing = undefined;
      return js.publish(`${stream}.stored`, JSON.stringify(events));
    };
    const send = async (id: number): Promise<Placed> => {
      const event = { id, note: NOTE };
      turn.push(event);
      await (storing ??= new Promise((resolve) => void setImmediate(resolve)).then(store));
      return event;
    };
    return { send, publish: send, close: () => connection.close() };
  },

  handle: (settings) => handleEach(settings, (message) => message.json<Placed[]>()),
};
