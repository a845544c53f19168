import { BrokerConnection } from '@catga/core/engine';
import type { BrokerFinding, Engine, EngineClient, EngineConnection } from '@catga/core/engine';
import type { Cluster, Redis } from 'ioredis';
import { openClients } from './connection/open-clients.js';
import { diagnoseRedis } from './diagnosis/diagnose-redis.js';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { resolveRedisOptions } from './options/resolve-redis-options.js';
import type { ResolvedRedisOptions } from './options/resolve-redis-options.js';
import { openRedisParts } from './redis-parts.js';

/**
 * Engine over Redis: frames between nodes over pub/sub, stored messages in streams, shared data in
 * keys that scripts change. Needs Redis 7.0 or newer.
 *
 * @param server `'redis://host:6379'`, an existing ioredis client, or {@link RedisEngineOptions}
 * @throws CatgaError `CATGA_CONFIGURATION` for invalid options, listing all of them
 * @publicApi
 */
export function redis(server?: string | Redis | Cluster | RedisEngineOptions): Engine {
  return new RedisEngine(resolveRedisOptions(server));
}

class RedisEngine implements Engine {
  readonly name = 'redis';
  readonly capabilities = Object.freeze({
    requests: Object.freeze([0, 1, 2] as const),
    events: Object.freeze([0, 1, 2] as const),
    queues: true,
  });
  /** `#private`, so that a printed engine shows no credentials. */
  readonly #options: ResolvedRedisOptions;

  constructor(options: ResolvedRedisOptions) {
    this.#options = options;
  }

  diagnose({ clock }: Pick<EngineClient, 'clock'>): Promise<readonly BrokerFinding[]> {
    return diagnoseRedis(this.#options, clock);
  }

  async connect(client: EngineClient): Promise<EngineConnection> {
    const options = this.#options;
    return BrokerConnection.open(await openRedisParts(client, options, await openClients(options, client)));
  }
}
