import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

/** What JetStream holds for others. */
export interface BrokerStats {
  readonly consumers: number;
  /** Messages that consumers have not got, or not acknowledged. */
  readonly pending: number;
}

interface ConsumerInfo {
  readonly num_pending: number;
  readonly num_ack_pending: number;
}

/** Asks the server (JetStream wire API: `STREAM.NAMES`, `CONSUMER.LIST`). */
export async function brokerStats(url: string): Promise<BrokerStats> {
  const connection = await connect({ servers: url });
  try {
    const { streams } = await ask<{ readonly streams: readonly string[] | null }>(
      connection,
      'STREAM.NAMES',
      {},
    );
    let stats: BrokerStats = { consumers: 0, pending: 0 };
    for (const stream of streams ?? []) {
      for (const consumer of await consumersOf(connection, stream)) {
        const pending = stats.pending + consumer.num_pending + consumer.num_ack_pending;
        stats = { consumers: stats.consumers + 1, pending };
      }
    }
    return stats;
  } finally {
    await connection.close();
  }
}

async function consumersOf(connection: NatsConnection, stream: string): Promise<readonly ConsumerInfo[]> {
  const found: ConsumerInfo[] = [];
  for (;;) {
    const { consumers, total } = await ask<{
      readonly consumers: readonly ConsumerInfo[];
      readonly total: number;
    }>(connection, `CONSUMER.LIST.${stream}`, { offset: found.length });
    found.push(...consumers);
    if (found.length >= total || consumers.length === 0) return found;
  }
}

async function ask<T>(connection: NatsConnection, subject: string, body: object): Promise<T> {
  const answer = await connection.request(`$JS.API.${subject}`, JSON.stringify(body));
  return answer.json<T>();
}
