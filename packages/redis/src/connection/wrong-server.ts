import { identifyServer } from '@catga/core/engine';
import { isClusterClient } from './redis-client.js';
import type { RedisClient } from './redis-client.js';

/**
 * Reason of a failed connect if another kind of server listens at the address, or TLS is used on one
 * side only. Undefined for a Redis server and unknown protocols.
 */
export async function wrongServer(client: RedisClient): Promise<string | undefined> {
  if (isClusterClient(client)) return undefined;
  const { host = '127.0.0.1', port = 6379, path, sentinels, tls } = client.options;
  if (path !== undefined || (sentinels !== undefined && sentinels !== null)) return undefined;
  switch (await identifyServer(host, port)) {
    case 'nats':
      return 'a NATS server listens there: use nats() of @catga/nats, or give redis() the address of a Redis server';
    case 'http':
      return 'an HTTP server listens there: give redis() the address of a Redis server, by default on port 6379';
    case 'tls':
      return tls ? undefined : 'the server there speaks TLS: use rediss://, or the option connection.tls';
    case 'redis':
      return tls ? 'the server there speaks no TLS: use redis:// and no option connection.tls' : undefined;
    case undefined:
      return undefined;
  }
}
