import type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';

/**
 * How the engine gets back to Redis after it lost it.
 *
 * @publicApi
 */
export interface RedisReconnectOptions {
  /**
   * How long to wait before the first try, in milliseconds; twice as long before each next one.
   * @defaultValue 50
   */
  readonly waitMs?: number;
  /**
   * How long to wait at most between two tries, in milliseconds.
   * @defaultValue 2_000
   */
  readonly maxWaitMs?: number;
  /**
   * How many bytes of frames and commands wait here while Redis is away. Beyond it what is sent is refused with
   * `CATGA_ENGINE_UNAVAILABLE`.
   * @defaultValue 8_388_608
   */
  readonly maxBufferedBytes?: number;
}

/**
 * A Redis Cluster: some of its nodes, and what ioredis may be told of it.
 *
 * @publicApi
 */
export interface RedisClusterOptions {
  readonly nodes: readonly ClusterNode[];
  /** Passed on to ioredis: `redisOptions`, `natMap`, `dnsLookup`, … */
  readonly options?: ClusterOptions;
}

/**
 * What the Redis engine may be told. No credential is ever logged, or part of an error.
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
   * Passed on to ioredis beside the address, or instead of it: `host`, `port`, `username`, `password`, `db`, `tls`,
   * `sentinels` and `name`, … What the engine decides itself is refused: how commands are repeated and kept, and
   * `keyPrefix`, since the namespace is the prefix.
   */
  readonly connection?: RedisOptions;
  /** A Redis Cluster instead of one server. */
  readonly cluster?: RedisClusterOptions;
  /**
   * A client that the application has already: its options say how to connect. The engine duplicates it, and neither
   * uses nor closes it. Nothing that says how to connect may stand beside it.
   */
  readonly client?: Redis | Cluster;
  readonly reconnect?: RedisReconnectOptions;
  /**
   * Whether a start waits for as long as Redis is away. Otherwise it fails with `CATGA_ENGINE_UNAVAILABLE` within
   * `connectTimeoutMs`.
   * @defaultValue false
   */
  readonly waitOnStart?: boolean;
  /**
   * How long one attempt to connect may take, in milliseconds.
   * @defaultValue 5_000
   */
  readonly connectTimeoutMs?: number;
  /**
   * How long an answer of Redis is waited for, in milliseconds, a reconnection included.
   * @defaultValue 10_000
   */
  readonly requestTimeoutMs?: number;
  /**
   * For how long, in milliseconds, a stored message whose name and id were appended before is taken for a repetition of
   * it. 0 takes none. Redis keeps a small key for each message as long.
   * @defaultValue 120_000
   */
  readonly deduplicationWindowMs?: number;
  /**
   * How many of the latest stored events Redis keeps beside what subscriptions wait for, so that a handler with
   * `startFrom: 'beginning'` gets them. 0 keeps none.
   * @defaultValue 10_000
   */
  readonly keptEvents?: number;
}
