// The public API of the Redis engine.
export { redis } from './redis-engine.js';
export type {
  RedisClusterOptions,
  RedisEngineOptions,
  RedisReconnectOptions,
} from './options/redis-engine-options.js';
