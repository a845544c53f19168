import { FlowProducer, QueueEvents, Worker } from 'bullmq';
import type { ConnectionOptions } from 'bullmq';
import { NOTE } from '../../processes/peers/peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from '../../processes/peers/peer.js';
import { redisUrlOf } from './redis-url.js';
import { Waiting } from './waiting.js';

const FIRST = 'reserve';
const SECOND = 'charge';
const CONCURRENCY = 100;

/** A flow of BullMQ: a parent that runs when its child is done. The requester hears of its end by events of the queue. */
export const flowPeer: Peer = {
  async request(settings: PeerSettings): Promise<RequestingSide> {
    const flows = new FlowProducer(over(settings));
    const events = new QueueEvents(SECOND, over(settings));
    const waiting = new Waiting<Placed>();
    events.on('completed', ({ jobId, returnvalue }) =>
      // What a worker returns comes decoded, whatever its type says.
      waiting.ended(jobId, returnvalue as string | Placed as Placed),
    );
    await Promise.all([flows.waitUntilReady(), events.waitUntilReady()]);
    const opts = { removeOnComplete: true };
    return {
      send(id) {
        const data: Placed = { id, note: NOTE };
        const jobId = `flow-${id}`;
        return waiting.until(jobId, () =>
          flows.add({
            name: SECOND,
            queueName: SECOND,
            data,
            opts: { ...opts, jobId },
            children: [{ name: FIRST, queueName: FIRST, data, opts }],
          }),
        );
      },
      async close() {
        await flows.close();
        await events.close();
      },
    };
  },

  async handle(settings: PeerSettings): Promise<HandlingSide> {
    const workers = [FIRST, SECOND].map(
      (queue) =>
        new Worker<Placed, Placed>(queue, async ({ data }) => data, {
          ...over(settings),
          concurrency: CONCURRENCY,
        }),
    );
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    return {
      async close() {
        await Promise.all(workers.map((worker) => worker.close()));
      },
    };
  },
};

function over(settings: PeerSettings): { readonly connection: ConnectionOptions; readonly prefix: string } {
  const { hostname: host, port } = new URL(redisUrlOf(settings));
  return { connection: { host, port: Number(port) }, prefix: settings.namespace };
}
