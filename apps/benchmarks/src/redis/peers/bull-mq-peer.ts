import { Queue, Worker } from 'bullmq';
import type { ConnectionOptions } from 'bullmq';
import { isCounted, NOTE } from '../../processes/peers/peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from '../../processes/peers/peer.js';

const QUEUE = 'bench';
const CONCURRENCY = 100;

/** BullMQ: `queue.add`, and a worker that handles a hundred at a time. What is done is removed, or Redis would fill. */
export const bullMqPeer: Peer = {
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const queue = new Queue<Placed>(QUEUE, {
      ...over(settings),
      defaultJobOptions: { removeOnComplete: true },
    });
    await queue.waitUntilReady();
    const send = async (id: number): Promise<Placed> => {
      const message = { id, note: NOTE };
      await queue.add('placed', message);
      return message;
    };
    return { send, publish: send, close: () => queue.close() };
  },

  async handle(settings: PeerSettings): Promise<HandlingSide> {
    const worker = new Worker<Placed>(
      QUEUE,
      async ({ data }) => {
        if (isCounted(data)) side.onEvent?.();
      },
      { ...over(settings), concurrency: CONCURRENCY },
    );
    const side: HandlingSide = { close: () => worker.close() };
    await worker.waitUntilReady();
    return side;
  },
};

function over({ url, namespace }: PeerSettings): {
  readonly connection: ConnectionOptions;
  readonly prefix: string;
} {
  const { hostname: host, port } = new URL(url);
  return { connection: { host, port: Number(port) }, prefix: namespace };
}
