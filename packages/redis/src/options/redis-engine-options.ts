import type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';

/**
 * Reconnect behaviour after a connection loss.
 *
 * @publicApi
 */
export interface RedisReconnectOptions {
  /**
   * Wait before the first reconnect attempt, in milliseconds; doubled before each further one.
   * @defaultValue 50
   */
  readonly waitMs?: number;
  /**
   * Maximum wait between two attempts, in milliseconds.
   * @defaultValue 2_000
   */
  readonly maxWaitMs?: number;
  /**
   * Maximum bytes of frames and commands buffered while Redis is disconnected. Beyond it, sends are refused with
   * `CATGA_ENGINE_UNAVAILABLE`.
   * @defaultValue 8_388_608
   */
  readonly maxBufferedBytes?: number;
}

/**
 * A Redis Cluster: start-up nodes and ioredis options.
 *
 * @publicApi
 */
export interface RedisClusterOptions {
  readonly nodes: readonly ClusterNode[];
  /** Passed on to ioredis: `redisOptions`, `natMap`, `dnsLookup`, … */
  readonly options?: ClusterOptions;
}

/**
 * Options of the Redis engine. Credentials never appear in logs or errors.
 *
 * @publicApi
 */
export interface RedisEngineOptions {
  /**
   * Address of a server: `redis://user:password@host:6379/0`; `rediss://` asks for TLS.
   * @defaultValue 'redis://127.0.0.1:6379'
   */
  readonly url?: string;
  /**
   * Options for ioredis, with or without `url`: `host`, `port`, `username`, `password`, `db`, `tls`,
   * `sentinels`, `name`, … Options that the engine sets itself are refused: those for retries and the offline queue,
   * and `keyPrefix`, because the namespace is the prefix.
   */
  readonly connection?: RedisOptions;
  /** A Redis Cluster instead of one server. */
  readonly cluster?: RedisClusterOptions;
  /**
   * An existing client, for its connection options. The engine duplicates it, and neither uses nor closes it. It cannot be
   * combined with other connection options.
   */
  readonly client?: Redis | Cluster;
  readonly reconnect?: RedisReconnectOptions;
  /**
   * Whether start-up waits until Redis is reachable. Otherwise it fails with `CATGA_ENGINE_UNAVAILABLE` within
   * `connectTimeoutMs`.
   * @defaultValue false
   */
  readonly waitOnStart?: boolean;
  /**
   * Timeout of one connection attempt, in milliseconds.
   * @defaultValue 5_000
   */
  readonly connectTimeoutMs?: number;
  /**
   * Timeout of a command in milliseconds, including a reconnect.
   * @defaultValue 10_000
   */
  readonly requestTimeoutMs?: number;
  /**
   * Deduplication window by name and id, in milliseconds; 0 for none. Redis keeps a small key per message for this long.
   * @defaultValue 120_000
   */
  readonly deduplicationWindowMs?: number;
  /**
   * Number of latest events that Redis retains in addition to undelivered ones, for handlers with
   * `startFrom: 'beginning'`; 0 for none. Each lane has an equal share of it: with 16 lanes 625 of 10,000, so that events
   * of a single key are retained up to that number.
   * @defaultValue 10_000
   */
  readonly keptEvents?: number;
  /**
   * Number of lanes of the log: at most as many nodes share the reliable events of a service. Chosen when the log is created;
   * later another value has no effect.
   * @defaultValue 16
   */
  readonly lanes?: number;
  /**
   * Maximum number of stored frames in a lane, each with up to 64 events that were published together. Beyond it `publish`
   * rejects with `CATGA_OVERLOADED`.
   * @defaultValue 1_000_000
   */
  readonly maxFramesPerLane?: number;
}
