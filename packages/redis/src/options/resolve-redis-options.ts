import { checkedOptions, refusingBeside } from '@catga/core/engine';
import type { RedisOptions } from 'ioredis';
import { z } from 'zod';
import type { RedisClient } from '../connection/redis-client.js';
import type { RedisClusterOptions, RedisEngineOptions } from './redis-engine-options.js';

/** {@link RedisEngineOptions}, validated, with defaults. */
export interface ResolvedRedisOptions {
  readonly url?: string;
  readonly connection?: RedisOptions;
  readonly cluster?: RedisClusterOptions;
  readonly client?: RedisClient;
  readonly reconnect: {
    readonly waitMs: number;
    readonly maxWaitMs: number;
    readonly maxBufferedBytes: number;
  };
  readonly waitOnStart: boolean;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly deduplicationWindowMs: number;
  readonly keptEvents: number;
  readonly lanes: number;
  readonly maxFramesPerLane: number;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** ioredis options that the engine sets itself, because its guarantees require them. */
const DECIDED_HERE = [
  'keyPrefix',
  'retryStrategy',
  'clusterRetryStrategy',
  'reconnectOnError',
  'maxRetriesPerRequest',
  'maxLoadingRetryTime',
  'enableOfflineQueue',
  'autoResendUnfulfilledCommands',
  'autoResubscribe',
  'commandTimeout',
  'connectTimeout',
  'disconnectTimeout',
  'lazyConnect',
  'enableAutoPipelining',
  'autoPipeliningIgnoredCommands',
  'replyMapping',
  'stringNumbers',
  'readOnly',
  'monitor',
] as const;

/** Connection options, which cannot be combined with an existing client. */
const OF_CONNECTING = ['url', 'connection', 'cluster', 'waitOnStart', 'connectTimeoutMs'] as const;

const timerMs = z.int().min(1).max(LONGEST_TIMER_MS);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const clientOptions = <T>() =>
  z.custom<T>(isObject, 'must be options of ioredis').superRefine((value, context) => {
    for (const name of DECIDED_HERE.filter((decided) => Object.hasOwn(value as object, decided))) {
      context.addIssue({ code: 'custom', path: [name], message: 'is decided by the engine; leave it out' });
    }
  });

const methods = ['duplicate', 'publish', 'evalshaBuffer', 'on', 'disconnect'] as const;
const isClient = (value: unknown): boolean =>
  isObject(value) && methods.every((method) => typeof value[method] === 'function');

const schema = z
  .strictObject({
    url: z
      .string()
      .refine(isAddress, 'must be an address such as redis://host:6379 or rediss://host:6379')
      .optional(),
    connection: clientOptions<RedisOptions>().optional(),
    cluster: z
      .strictObject({
        nodes: z
          .array(z.custom<RedisClusterOptions['nodes'][number]>(isClusterNode, 'must be a node'))
          .min(1),
        options: clientOptions<NonNullable<RedisClusterOptions['options']>>().optional(),
      })
      .optional(),
    client: z.custom<RedisClient>(isClient, 'must be a client of ioredis').optional(),
    reconnect: z
      .strictObject({
        waitMs: timerMs.default(50),
        maxWaitMs: timerMs.default(2000),
        maxBufferedBytes: z
          .int()
          .min(0)
          .default(8 * 1024 * 1024),
      })
      .prefault({}),
    waitOnStart: z.boolean().default(false),
    connectTimeoutMs: timerMs.default(5000),
    requestTimeoutMs: timerMs.default(10_000),
    deduplicationWindowMs: z.int().min(0).default(120_000),
    keptEvents: z.int().min(0).max(1_000_000).default(10_000),
    lanes: z.int().min(1).max(1024).default(16),
    maxFramesPerLane: z.int().min(1).default(1_000_000),
  })
  .superRefine(({ cluster, url, connection, client }, context) => {
    const issue = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (cluster !== undefined && url !== undefined)
      issue('url', 'has no effect beside cluster; leave one out');
    if (cluster !== undefined && connection !== undefined) {
      issue('connection', 'has no effect beside cluster; use cluster.options.redisOptions');
    }
    if (client?.options.keyPrefix) issue('client', 'must not have a keyPrefix; the namespace is the prefix');
  });

/**
 * Validates the options and fills in defaults.
 * @throws CatgaError `CATGA_CONFIGURATION` with every problem, without values
 */
export function resolveRedisOptions(
  given: string | RedisClient | RedisEngineOptions | undefined,
): ResolvedRedisOptions {
  const options = toOptions(given);
  const checked = refusingBeside(schema, options, 'client', OF_CONNECTING);
  return Object.freeze(checkedOptions('The Redis engine', checked, options));
}

function toOptions(given: string | RedisClient | RedisEngineOptions | undefined): RedisEngineOptions {
  if (typeof given === 'string') return { url: given };
  if (given !== undefined && isClient(given)) return { client: given as RedisClient };
  return (given as RedisEngineOptions | undefined) ?? {};
}

function isAddress(address: string): boolean {
  try {
    const { protocol, hostname } = new URL(address);
    return (protocol === 'redis:' || protocol === 'rediss:') && hostname !== '';
  } catch {
    return false;
  }
}

function isClusterNode(node: unknown): boolean {
  return typeof node === 'string' || typeof node === 'number' || isObject(node);
}
