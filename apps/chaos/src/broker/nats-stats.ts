import type { BrokerStats } from './broker.js';
import { withJetStream } from './jetstream-api.js';
import { streamsOf } from './nats-streams.js';

interface ConsumerInfo {
  readonly num_pending: number;
  readonly num_ack_pending: number;
}

/** What JetStream holds. */
export function natsStats(servers: readonly string[]): Promise<BrokerStats> {
  return withJetStream(servers, async (api) => {
    const streams = await streamsOf(api);
    let [consumers, pending] = [0, 0];
    for (const { config } of streams) {
      for (const info of await api.all<ConsumerInfo>(`CONSUMER.LIST.${config.name}`, 'consumers')) {
        consumers++;
        pending += info.num_pending + info.num_ack_pending;
      }
    }
    return { stores: streams.length, consumers, pending };
  });
}
