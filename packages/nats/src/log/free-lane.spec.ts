import { describe, expect, it } from '@jest/globals';
import type { BrokerSession } from '../connection/broker-session.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import { freeLane } from './free-lane.js';

const LANE = { stream: 'catga_commands', name: 'pack-key-1' };

/** What is settled on a server with this consumer and these messages. */
async function settledOn(
  pending: number | undefined,
  messages: readonly number[],
): Promise<readonly string[]> {
  const settled: string[] = [];
  const delivered = { consumer_seq: 9, stream_seq: 70 };
  const api = {
    call: (subject: string, { seq }: { readonly seq: number }) => {
      expect(subject).toBe(`STREAM.MSG.GET.${LANE.stream}`);
      return Promise.resolve(messages.includes(seq) ? { message: {} } : undefined);
    },
  } as unknown as JetStreamApi;
  const session = { publish: (subject: string) => void settled.push(subject) } as unknown as BrokerSession;
  const state = pending === undefined ? undefined : { num_ack_pending: pending, delivered };
  await freeLane({ api, session }, LANE, state);
  return settled;
}

describe('a lane of which one message is unsettled', () => {
  it('is freed of one that the stream no longer has', async () => {
    await expect(settledOn(1, [71, 72])).resolves.toEqual(['$JS.ACK.catga_commands.pack-key-1.1.70.9.0.0']);
  });

  it('waits for one that the stream has: somebody is working on it, or it comes again', async () => {
    await expect(settledOn(1, [70, 71])).resolves.toEqual([]);
  });

  it('is left alone if there is none, or no such consumer', async () => {
    await expect(settledOn(0, [])).resolves.toEqual([]);
    await expect(settledOn(undefined, [])).resolves.toEqual([]);
  });
});
