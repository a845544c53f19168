import { isNativeError } from 'node:util/types';
import { requireServerVersion } from '@catga/core/engine';
import type { Clock, EngineClient } from '@catga/core/engine';
import { Cluster, Redis } from 'ioredis';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import type { ResolvedRedisOptions } from '../options/resolve-redis-options.js';
import { isReplica, unavailable } from './broker-errors.js';
import { guardSockets } from './guard-sockets.js';
import { isClusterClient } from './redis-client.js';
import type { RedisClient } from './redis-client.js';
import { riskOfSettings } from './server-settings.js';
import { wrongServer } from './wrong-server.js';

/** Connections of one node: for commands and for pub/sub. */
export interface Clients {
  readonly client: RedisClient;
  readonly subscriber: RedisClient;
}

/** Minimum server version. */
const OLDEST_SERVER = [7, 0] as const;

/** Result of ioredis's `reconnectOnError`: reconnect and re-send. */
const RECONNECT_AND_ASK_AGAIN = 2;

/** Timeout of a graceful disconnect, in milliseconds. */
const DISCONNECT_MS = 200;

/** A server that is loading its data accepts connections, but replies that it is not ready. */
const NOT_READY = 'it takes connections, and does not get ready; it may be loading its data';

/** Frames are already batched per turn, and gain nothing from pipelining. */
const NOT_PIPELINED = ['publish', 'subscribe', 'unsubscribe', 'ping'];

/**
 * Opens the connections; with `waitOnStart` waits for the broker.
 * @throws CatgaError `CATGA_ENGINE_UNAVAILABLE` if no server replies or accepts the credentials; `CATGA_UNSUPPORTED` if it
 * is too old. The errors contain addresses, but no credentials.
 */
export async function openClients(
  options: ResolvedRedisOptions,
  { nodeId, clock, monitor }: Pick<EngineClient, 'nodeId' | 'clock' | 'monitor'>,
): Promise<Clients> {
  const client = guardSockets(
    options.client === undefined ? ownClient(options, nodeId) : duplicateOf(options.client, options),
  );
  const subscriber = guardSockets(subscriberOf(client, options));
  try {
    await connect(client, options, clock);
    await checkServer(client);
    await connect(subscriber, options, clock);
    const risk = monitor && (await riskOfSettings(client));
    if (risk !== undefined) monitor?.warn(risk);
    return { client, subscriber };
  } catch (thrown) {
    // Ignore later errors, which ioredis would write to the console.
    for (const made of [subscriber, client]) {
      made.on('error', () => {});
      made.disconnect();
    }
    throw thrown;
  }
}

function ownClient(options: ResolvedRedisOptions, nodeId: string): RedisClient {
  const { url, connection, cluster } = options;
  const engine = engineOptions(options);
  if (cluster !== undefined) {
    const { redisOptions } = cluster.options ?? {};
    return new Cluster([...cluster.nodes], {
      ...cluster.options,
      ...clusterOptions(options),
      redisOptions: {
        connectionName: nodeId,
        ...redisOptions,
        connectTimeout: options.connectTimeoutMs,
        disconnectTimeout: DISCONNECT_MS,
      },
    });
  }
  const all: RedisOptions = { connectionName: nodeId, ...connection, ...engine };
  return url === undefined && connection?.host === undefined && connection?.sentinels === undefined
    ? new Redis({ host: '127.0.0.1', ...all })
    : url === undefined
      ? new Redis(all)
      : new Redis(url, all);
}

/** A client of the application is configured as it likes; what is sent for a node is not. */
function duplicateOf(client: RedisClient, options: ResolvedRedisOptions): RedisClient {
  return isClusterClient(client)
    ? client.duplicate([], { ...client.options, ...clusterOptions(options) })
    : client.duplicate(engineOptions(options));
}

/** It may wait and repeat as it likes: it changes nothing on the server. */
function subscriberOf(client: RedisClient, options: ResolvedRedisOptions): RedisClient {
  const calm = { enableOfflineQueue: true, enableAutoPipelining: false };
  return isClusterClient(client)
    ? client.duplicate([], { ...client.options, ...clusterOptions(options), ...calm })
    : client.duplicate({
        ...engineOptions(options),
        ...calm,
        autoResubscribe: false,
        maxRetriesPerRequest: null,
        autoResendUnfulfilledCommands: true,
      });
}

/** Connection for blocking reads, which delay every other command on their connection. */
export function readerOf(client: RedisClient, options: ResolvedRedisOptions): RedisClient {
  return guardSockets(duplicateOf(client, options));
}

/** Client options that the engine's guarantees require. */
function engineOptions({ reconnect, connectTimeoutMs }: ResolvedRedisOptions): RedisOptions {
  return {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    // The remaining loading time that a server reports is inaccurate; retry as for an unreachable server.
    maxLoadingRetryTime: reconnect.maxWaitMs,
    // All commands are flushed by then; otherwise the client would keep the process alive for two seconds.
    disconnectTimeout: DISCONNECT_MS,
    // The session buffers commands, with deadlines and limits, which the client does not know.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    enableReadyCheck: true,
    retryStrategy: (tries) => pauseOf(reconnect, tries),
    // The primary has become a replica: reconnect through the address, or a Sentinel, to the new one.
    reconnectOnError: (error) => (isReplica(error) ? RECONNECT_AND_ASK_AGAIN : false),
    enableAutoPipelining: true,
    autoPipeliningIgnoredCommands: NOT_PIPELINED,
  };
}

function clusterOptions({ reconnect }: ResolvedRedisOptions): ClusterOptions {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    retryDelayOnFailover: 0,
    enableAutoPipelining: true,
    autoPipeliningIgnoredCommands: NOT_PIPELINED,
    clusterRetryStrategy: (tries) => pauseOf(reconnect, tries),
  };
}

function pauseOf({ waitMs, maxWaitMs }: ResolvedRedisOptions['reconnect'], tries: number): number {
  const pauseMs = Math.min(maxWaitMs, waitMs * 2 ** Math.min(tries - 1, 20));
  return Math.ceil(pauseMs * (0.75 + Math.random() / 2));
}

/** Resolves once the client is ready; rejects at the first failure, unless start-up waits. */
async function connect(client: RedisClient, options: ResolvedRedisOptions, clock: Clock): Promise<void> {
  if (client.status === 'ready') return;
  const { waitOnStart, connectTimeoutMs } = options;
  let reason: unknown;
  const remember = (error: unknown): void => void (reason = error);
  client.on('error', remember);
  let stopWaiting = (): void => {};
  try {
    await new Promise<void>((resolve, reject) => {
      let isExplaining = false;
      const fail = (): void => {
        if (isExplaining) return;
        isExplaining = true;
        void wrongServer(client).then((wrong) => {
          isExplaining = false;
          failed(wrong);
        });
      };
      const failed = (wrong: string | undefined): void => {
        if (waitOnStart && wrong === undefined && !isRefusal(reason)) return;
        const why =
          wrong ?? (reason === undefined && client.status === 'connect' ? NOT_READY : reasonOf(reason));
        reject(unavailable(`Redis cannot be reached at ${hostsOf(client)}: ${why}.`, reason));
      };
      const stopTimer = clock.setTimer(connectTimeoutMs, fail);
      client.once('ready', resolve);
      client.on('close', fail);
      client.on('end', fail);
      stopWaiting = () => {
        stopTimer();
        client.off('ready', resolve);
        client.off('close', fail);
        client.off('end', fail);
      };
      // 'close' follows.
      if (client.status === 'wait' || client.status === 'end') client.connect().catch(() => {});
    });
  } finally {
    stopWaiting();
    client.off('error', remember);
  }
}

/** Whether the server refused the credentials, so that waiting does not help. */
function isRefusal(reason: unknown): boolean {
  if (!isNativeError(reason)) return false;
  const { code } = reason as { readonly code?: unknown };
  return (
    /\b(NOAUTH|WRONGPASS|NOPERM)\b/.test(reason.message) ||
    // We do not let it in, either.
    /CERT|UNABLE_TO_(GET|VERIFY)/.test(String(code))
  );
}

/** The client's error text: addresses and the server's message, no credentials. */
function reasonOf(reason: unknown): string {
  if (!isNativeError(reason)) return 'it does not answer';
  const [line = ''] = reason.message.split('\n');
  return line.replace(/\.$/, '') || reason.name;
}

function hostsOf(client: RedisClient): string {
  if (isClusterClient(client)) return 'any node of the cluster';
  const { host, port, path, sentinels } = client.options;
  if (sentinels)
    return sentinels
      .map((sentinel) => `${sentinel.host ?? '127.0.0.1'}:${sentinel.port ?? 26_379}`)
      .join(', ');
  return path ?? `${host}:${port}`;
}

async function checkServer(client: RedisClient): Promise<void> {
  const info = await client.info('server').catch(() => ''); // May not be permitted.
  const [, version] = /^redis_version:(\S+)/m.exec(info) ?? [];
  if (version !== undefined) requireServerVersion('Redis', version, OLDEST_SERVER);
}
