import type { Engine } from '@catga/core';
import { wrongUsage } from '../exit-codes.js';

/** The engine of an address. Its package is loaded only when it is needed. */
export async function engineOf(url: string): Promise<Engine> {
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'nats':
    case 'tls': {
      const { nats } = await import('@catga/nats');
      return nats(url.split(',').map((server) => server.trim()));
    }
    case 'redis':
    case 'rediss': {
      const { redis } = await import('@catga/redis');
      return redis(url);
    }
    default:
      throw wrongUsage('The address must begin with nats://, tls://, redis:// or rediss://.');
  }
}
