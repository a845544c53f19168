import { NatsServer, RedisServer } from '@catga/servers';
import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import type { EngineName } from './conductor-options.js';

/** The broker of the cluster. */
export interface Broker {
  readonly url: string;
  /** Stops it and removes its store; of a broker that is not ours, only what is named after the namespace. */
  stop(): Promise<void>;
}

/** The broker of `NATS_URL` or `REDIS_URL`, else a server of our own; it is installed if that is possible. */
export async function openBroker(engine: EngineName, namespace: string): Promise<Broker> {
  const isRedis = engine === 'redis';
  const url = isRedis ? process.env.REDIS_URL : process.env.NATS_URL;
  if (url !== undefined && url !== '') {
    return { url, stop: () => (isRedis ? removeKeys(url, namespace) : removeStreams(url, namespace)) };
  }
  const server = isRedis ? await RedisServer.spawn() : await NatsServer.spawn();
  return { url: server.url, stop: () => server.stop() };
}

/** Keys of one namespace; nobody else has its name. */
async function removeKeys(url: string, namespace: string): Promise<void> {
  const client = new Redis(url);
  try {
    for (const match of [`{${namespace}:*`, `${namespace}:*`]) {
      for await (const keys of client.scanStream({ match, count: 1000 })) {
        if ((keys as string[]).length > 0) await client.unlink(keys as string[]);
      }
    }
  } finally {
    client.disconnect();
  }
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
