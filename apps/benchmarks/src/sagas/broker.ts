import { Redis } from 'ioredis';
import { measuredNats, measuredRedis } from '../lanes/measured-broker.js';
import { cpuOf } from '../processes/load/broker.js';
import type { Broker } from '../processes/load/broker.js';
import { DURABLE } from '../redis/broker.js';

const sides = new URL('sides/main.js', import.meta.url);

/** What clients send for messages and records: redis-server counts the commands inside of scripts, too, and none of them is one of these. */
const OF_CLIENTS = /^cmdstat_(?:eval|evalsha|hmget|hscan):calls=(\d+)/gm;

/** A nats-server and a redis-server of our own on loopback, with temporary stores. */
export async function startServers(): Promise<Broker> {
  const nats = await measuredNats();
  const redis = await measuredRedis(DURABLE);
  const operator = new Redis(redis.url);
  const redisCommands = async (): Promise<number> =>
    [...(await operator.info('commandstats')).matchAll(OF_CLIENTS)].reduce(
      (sum, [, calls]) => sum + Number(calls),
      0,
    );
  return {
    url: nats.url,
    redisUrl: redis.url,
    version: `${nats.name}, ${redis.name}`,
    sides,
    // Contenders take turns: what is measured is one server's, the other one rests.
    cpuMicros: () => [nats, redis].reduce((sum, { pid }) => sum + (cpuOf(pid) ?? Number.NaN), 0),
    messages: async () => ({ nats: await nats.messages(), redis: await redisCommands() }),
    async stop() {
      operator.disconnect();
      await nats.stop();
      await redis.stop();
    },
  };
}
