import { Redis } from 'ioredis';
import { isCounted, NOTE } from '../../processes/peers/peer.js';
import type { HandlingSide, Peer, PeerSettings, Placed, RequestingSide } from '../../processes/peers/peer.js';

const GROUP = 'handling';
const AT_A_TIME = 500;
const WAITS_MS = 1000;

type Entry = readonly [id: string, fields: readonly string[]];
type Read = readonly (readonly [stream: string, entries: readonly Entry[]])[] | null;

/** The client itself with auto-pipelining, and JSON: XADD, XREADGROUP of many, one XACK for all of them. */
export const streamPeer: Peer = {
  async request({ url, namespace }: PeerSettings): Promise<RequestingSide> {
    const client = new Redis(url, { enableAutoPipelining: true });
    const stream = `${namespace}:raw`;
    const send = async (id: number): Promise<Placed> => {
      const message = { id, note: NOTE };
      await client.xadd(stream, '*', 'm', JSON.stringify(message));
      return message;
    };
    return { send, publish: send, close: async () => client.disconnect() };
  },

  async handle({ url, namespace }: PeerSettings): Promise<HandlingSide> {
    // One that waits for entries answers nothing else meanwhile.
    const reading = new Redis(url);
    const acknowledging = new Redis(url);
    const stream = `${namespace}:raw`;
    await acknowledging.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM');
    let isClosed = false;
    const read = async (): Promise<readonly Entry[]> => {
      const group = ['GROUP', GROUP, 'node', 'COUNT', AT_A_TIME, 'BLOCK', WAITS_MS] as const;
      const found = (await reading.xreadgroup(...group, 'STREAMS', stream, '>')) as Read;
      return found?.[0]?.[1] ?? [];
    };
    const run = async (): Promise<void> => {
      for (;;) {
        const entries = await read();
        for (const [, [, text = '']] of entries) {
          if (isCounted(JSON.parse(text) as Placed)) side.onEvent?.();
        }
        if (entries.length > 0) await acknowledging.xack(stream, GROUP, ...entries.map(([id]) => id));
      }
    };
    const side: HandlingSide = {
      close: async () => {
        isClosed = true;
        reading.disconnect();
        acknowledging.disconnect();
      },
    };
    run().catch((thrown: unknown) => {
      if (!isClosed) throw thrown; // The process ends, and whoever waits for it is told.
    });
    return side;
  },
};
