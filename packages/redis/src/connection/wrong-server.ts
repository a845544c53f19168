import { identifyServer } from '@catga/core/engine';
import { isClusterClient } from './redis-client.js';
import type { RedisClient } from './redis-client.js';

/**
 * Why a client cannot connect, if something else than it was told listens at its address: another kind of server, or one
 * with TLS where none is expected, or without. Undefined if it is a Redis server, or nothing that is known.
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
