import { connect } from '@nats-io/transport-node';
import { handled, NOTE } from '../../processes/peers/peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from '../../processes/peers/peer.js';

/** The client itself, with JSON: `nc.request`, `nc.publish`, `nc.subscribe`. */
export const rawPeer: Peer = {
  async request({ url, namespace, tracesRequests = true }: PeerSettings): Promise<RequestingSide> {
    const connection = await connect({ servers: url, noAsyncTraces: !tracesRequests });
    const requests = `${namespace}.request`;
    const events = `${namespace}.event`;
    const send = async (id: number): Promise<Placed> => {
      const answer = await connection.request(requests, JSON.stringify({ id, note: NOTE }), {
        timeout: 30_000,
      });
      return answer.json<Placed>();
    };
    return {
      send,
      sendMany: (from, count) => Promise.all(Array.from({ length: count }, (_, index) => send(from + index))),
      publish: (id) => connection.publish(events, JSON.stringify({ id, note: NOTE })),
      close: () => connection.close(),
    };
  },

  async handle({ url, namespace, handlerMs }: PeerSettings): Promise<HandlingSide> {
    const connection = await connect({ servers: url });
    const side: HandlingSide = { close: () => connection.close() };
    connection.subscribe(`${namespace}.request`, {
      callback: (_error, message) => {
        const asked = message.json<Placed>();
        // A handler that has nothing to wait for answers at once: the reference is not to pay for a promise.
        if (handlerMs === undefined) message.respond(JSON.stringify({ id: asked.id, note: asked.note }));
        else void handled(asked, handlerMs).then((answer) => message.respond(JSON.stringify(answer)));
      },
    });
    connection.subscribe(`${namespace}.event`, {
      callback: (_error, message) => {
        if (message.json<Placed>().note === NOTE) side.onEvent?.();
      },
    });
    await connection.flush();
    return side;
  },
};
