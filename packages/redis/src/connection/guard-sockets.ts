import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';
import { isClusterClient } from './redis-client.js';
import type { RedisClient } from './redis-client.js';

/** Connector of an ioredis client, which opens its sockets. */
interface Connector {
  connect(...request: readonly unknown[]): Promise<Duplex>;
}

/**
 * Keeps a second error of a socket from ending the process. ioredis only listens to the first one; with TLS there may be two: an untrusted
 * certificate, then the server's reply to the aborted handshake. And ioredis adds a listener for each command in flight that a replica refuses
 * (`disconnect` in its connector), which is no leak to be warned of.
 */
export function guardSockets<C extends RedisClient>(client: C): C {
  if (isClusterClient(client)) client.on('+node', guard);
  else guard(client);
  return client;
}

function guard(client: Redis): void {
  const connector: unknown = Reflect.get(client, 'connector');
  if (!isConnector(connector)) return;
  const connect = connector.connect.bind(connector);
  connector.connect = async (...request) => {
    const stream = await connect(...request);
    stream.on('error', () => {}); // ioredis reports the first one.
    stream.setMaxListeners(0);
    return stream;
  };
}

function isConnector(connector: unknown): connector is Connector {
  return typeof connector === 'object' && connector !== null && 'connect' in connector;
}
