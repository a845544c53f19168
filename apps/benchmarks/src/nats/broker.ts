import { NatsServer } from '@catga/servers';
import { connect } from '@nats-io/transport-node';
import { cpuOf } from '../processes/load/broker.js';
import type { Broker } from '../processes/load/broker.js';

const sides = new URL('sides/main.js', import.meta.url);

/** The server of `NATS_URL`, or a nats-server of our own on loopback with a temporary store. */
export async function startNats(): Promise<Broker> {
  const given = process.env.NATS_URL;
  if (given !== undefined) {
    return {
      url: given,
      version: await versionOf(given),
      sides,
      cpuMicros: () => undefined,
      stop: () => Promise.resolve(),
    };
  }
  const server = await NatsServer.spawn();
  return {
    url: server.url,
    version: await versionOf(server.url),
    sides,
    cpuMicros: () => cpuOf(server.pid),
    stop: () => server.stop(),
  };
}

async function versionOf(url: string): Promise<string> {
  const connection = await connect({ servers: url });
  const version = connection.info?.version ?? 'unknown';
  await connection.close();
  return version;
}
