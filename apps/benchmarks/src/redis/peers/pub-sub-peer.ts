import { Redis } from 'ioredis';
import { handled, NOTE } from '../../processes/peers/peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from '../../processes/peers/peer.js';

/** The client itself with auto-pipelining, and JSON: PUBLISH and SUBSCRIBE, with a channel of one's own for replies. */
export const pubSubPeer: Peer = {
  async request({ url, namespace }: PeerSettings): Promise<RequestingSide> {
    const { asking, listening, close } = open(url);
    const waiting = new Map<number, (answer: Placed) => void>();
    listening.on('message', (_channel: string, text: string) => {
      const answer = JSON.parse(text) as Placed;
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    });
    await listening.subscribe(`${namespace}.reply`);
    return {
      send: (id) =>
        new Promise((resolve, reject) => {
          waiting.set(id, resolve);
          asking.publish(`${namespace}.request`, JSON.stringify({ id, note: NOTE })).catch(reject);
        }),
      publish: (id) => asking.publish(`${namespace}.event`, JSON.stringify({ id, note: NOTE })),
      close,
    };
  },

  async handle({ url, namespace, handlerMs }: PeerSettings): Promise<HandlingSide> {
    const { asking, listening, close } = open(url);
    const side: HandlingSide = { close };
    const requests = `${namespace}.request`;
    listening.on('message', (channel: string, text: string) => {
      const message = JSON.parse(text) as Placed;
      if (channel !== requests) {
        if (message.note === NOTE) side.onEvent?.();
        return;
      }
      void handled(message, handlerMs).then((answer) =>
        asking.publish(`${namespace}.reply`, JSON.stringify(answer)),
      );
    });
    await listening.subscribe(requests, `${namespace}.event`);
    return side;
  },
};

function open(url: string) {
  const asking = new Redis(url, { enableAutoPipelining: true });
  const listening = new Redis(url);
  const close = async (): Promise<void> => {
    asking.disconnect();
    listening.disconnect();
  };
  return { asking, listening, close };
}
