import type { Engine } from '@catga/core';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { freePort, LOOPBACK, NatsServer, RedisServer } from '@catga/servers';
import { Redis } from 'ioredis';
import { figure } from './figure.js';
import type { Figure } from './figure.js';

/** A broker whose process and contents are looked at. */
export interface MeasuredBroker {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  engine(): Engine;
  /** Messages or commands that it has received so far. */
  messages(): Promise<number>;
  /** What it holds, by kind. */
  objects(): Promise<readonly Figure[]>;
  stop(): Promise<void>;
}

export async function measuredNats(): Promise<MeasuredBroker> {
  const monitorPort = await freePort();
  const server = await NatsServer.spawn(['--http_port', String(monitorPort)]);
  const ask = async <T>(path: string): Promise<T> =>
    (await (await fetch(`http://${LOOPBACK}:${monitorPort}/${path}`)).json()) as T;
  const { version } = await ask<{ readonly version: string }>('varz');
  return {
    name: `nats-server ${version}`,
    url: server.url,
    pid: pidOf(server),
    engine: () => nats(server.url),
    messages: async () => (await ask<{ readonly in_msgs: number }>('varz')).in_msgs,
    async objects() {
      const { streams, consumers } = await ask<{ readonly streams: number; readonly consumers: number }>(
        'jsz',
      );
      const { connections } = await ask<{ readonly connections: number }>('varz');
      return [
        figure('streams', streams, ''),
        figure('consumers', consumers, ''),
        figure('connections', connections, ''),
      ];
    },
    stop: () => server.stop(),
  };
}

export async function measuredRedis(args: readonly string[] = []): Promise<MeasuredBroker> {
  const server = await RedisServer.spawn(args);
  const operator = new Redis(server.url);
  const value = async (section: string, name: string): Promise<string> =>
    new RegExp(`${name}:(\\S+)`).exec(await operator.info(section))?.[1] ?? '?';
  return {
    name: `Redis ${await value('server', 'redis_version')}`,
    url: server.url,
    pid: pidOf(server),
    engine: () => redis(server.url),
    messages: async () => Number(await value('stats', 'total_commands_processed')),
    objects: async () => [
      figure('keys', await operator.dbsize(), ''),
      figure('connections', Number(await value('clients', 'connected_clients')), ''),
    ],
    async stop() {
      operator.disconnect();
      await server.stop();
    },
  };
}

function pidOf({ pid }: { readonly pid: number | undefined }): number {
  if (pid === undefined) throw new Error('The broker does not run.');
  return pid;
}
