import { NatsServer } from '@catga/servers';
import { connect } from '@nats-io/transport-node';
import { brokerAt } from '../processes/load/broker.js';
import type { Broker } from '../processes/load/broker.js';

const sides = new URL('sides/main.js', import.meta.url);

/** The server of `NATS_URL`, or a nats-server of our own on loopback with a temporary store. */
export function startNats(): Promise<Broker> {
  return brokerAt(process.env.NATS_URL, () => NatsServer.spawn(), natsVersionOf, sides);
}

export async function natsVersionOf(url: string): Promise<string> {
  const connection = await connect({ servers: url });
  const version = connection.info?.version ?? 'unknown';
  await connection.close();
  return version;
}
