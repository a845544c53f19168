import { RedisServer } from '@catga/servers';
import { Redis } from 'ioredis';
import { brokerAt } from '../processes/load/broker.js';
import type { Broker } from '../processes/load/broker.js';

const sides = new URL('sides/main.js', import.meta.url);

/** What Redis does by default once it is told to write down what it stores. */
export const DURABLE = ['--appendfsync', 'everysec'];

/** The server of `REDIS_URL`, or a redis-server of our own on loopback that keeps a log in a temporary folder. */
export function startRedis(): Promise<Broker> {
  return brokerAt(process.env.REDIS_URL, () => RedisServer.spawn(DURABLE), versionOf, sides);
}

async function versionOf(url: string): Promise<string> {
  const client = new Redis(url);
  const info = await client.info('server');
  client.disconnect();
  return /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
}
