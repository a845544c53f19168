import { JETSTREAM_ERROR } from '../connection/broker-errors.js';
import type { BrokerSession } from '../connection/broker-session.js';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import type { ConsumerInfo, WantedConsumer } from './consumer-config.js';

const ACK = new TextEncoder().encode('+ACK');

/**
 * Lets a lane go on that waits for a message that is no longer there. A server that was killed may know of a message that
 * it was delivered, and not that it was acknowledged and removed; a lane with one message under way then waits for ever.
 * Nothing is lost by acknowledging what does not exist.
 */
export async function freeLane(
  { api, session }: { readonly api: JetStreamApi; readonly session: BrokerSession },
  { stream, name }: Pick<WantedConsumer, 'stream' | 'name'>,
  state: Pick<ConsumerInfo, 'num_ack_pending' | 'delivered'> | undefined,
): Promise<void> {
  if (state === undefined || state.num_ack_pending === 0) return;
  const { consumer_seq: place, stream_seq: sequence } = state.delivered;
  const message = await api.call(`STREAM.MSG.GET.${stream}`, { seq: sequence }, [
    JETSTREAM_ERROR.noMessageFound,
  ]);
  // The subject that a delivery is settled on: stream, consumer, deliveries, its places in both, time, what is left.
  if (message === undefined) session.publish(`$JS.ACK.${stream}.${name}.1.${sequence}.${place}.0.0`, ACK);
}
