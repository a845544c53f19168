import { NatsServer } from '@catga/servers';
import { connect } from '@nats-io/transport-node';

/** The broker of the cluster. */
export interface Broker {
  readonly url: string;
  /** Stops it and removes its store; of a broker that is not ours, only what is named after the namespace. */
  stop(): Promise<void>;
}

/** The broker of `NATS_URL`, else a nats-server of our own; it is installed if that is possible. */
export async function openBroker(namespace: string): Promise<Broker> {
  const url = process.env.NATS_URL;
  if (url !== undefined && url !== '') return { url, stop: () => removeStreams(url, namespace) };
  const server = await NatsServer.spawn();
  return { url: server.url, stop: () => server.stop() };
}

/** Streams and buckets of one namespace; nobody else has its name. */
async function removeStreams(url: string, namespace: string): Promise<void> {
  const connection = await connect({ servers: url.replace(/^nats:\/\//, '') });
  try {
    const listed = await connection.request('$JS.API.STREAM.NAMES');
    const { streams } = listed.json<{ readonly streams?: readonly string[] | null }>();
    const own = (streams ?? []).filter((name) => name.replace(/^KV_/, '').startsWith(`${namespace}_`));
    for (const name of own) await connection.request(`$JS.API.STREAM.DELETE.${name}`);
  } finally {
    await connection.close();
  }
}
