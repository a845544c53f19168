import { ServiceBroker } from 'moleculer';
import { handled, NOTE } from './peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from './peer.js';

/** Moleculer 0.14 over the transporter of the broker, with its own JSON serializer. */
export const moleculerPeer: Peer = {
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const broker = newBroker(settings);
    await broker.start();
    await broker.waitForServices('bench', 30_000);
    return {
      send: (id) => broker.call('bench.place', { id, note: NOTE }),
      close: () => broker.stop(),
    };
  },

  async handle(settings: PeerSettings): Promise<HandlingSide> {
    const { handlerMs } = settings;
    const broker = newBroker(settings);
    broker.createService({
      name: 'bench',
      actions: {
        place: { handler: ({ params }: { params: Placed }) => handled(params, handlerMs) },
      },
    });
    await broker.start();
    return { close: () => broker.stop() };
  },
};

function newBroker({ url, namespace, index }: PeerSettings): ServiceBroker {
  return new ServiceBroker({ logger: false, namespace, nodeID: `node${index}`, transporter: url });
}
