import { afterEach } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import type { EngineClient, EngineConnection } from '@catga/core/engine';
import { TcpProxy } from '@catga/servers';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { redis } from '../redis-engine.js';
import type { RedisEngineOptions } from '../options/redis-engine-options.js';
import { PlaceOrder, RedisNodes } from './redis-cluster.fixture.js';
import { RedisServer } from './redis-server.fixture.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Does something after the case, what was asked for last first. */
export function afterCase(end: () => unknown): void {
  ends.push(end);
}

/** A server of the case's own. */
export async function startServer(...args: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.spawn(args);
  afterCase(() => server.stop());
  return server;
}

/** A way to a server that the case may cut. */
export async function wayTo({ url }: { readonly url: string }): Promise<TcpProxy> {
  const proxy = await TcpProxy.to(Number(new URL(url).port || 6379));
  afterCase(() => proxy.close());
  return proxy;
}

/** Where that way begins. */
export const urlOf = ({ port }: TcpProxy): string => `redis://127.0.0.1:${port}`;

/** A client of whoever looks after the server. */
export function operatorOf({ url }: { readonly url: string }, options: RedisOptions = {}): Redis {
  const client = new Redis(url, options);
  client.on('error', () => {}); // Servers go away in these cases.
  afterCase(() => client.disconnect());
  return client;
}

/** The engine's ports, as a node sees them. */
export async function connectTo(
  options: string | RedisEngineOptions,
  client: Partial<EngineClient> = {},
): Promise<EngineConnection> {
  const connection = await redis(options).connect({
    namespace: 'catga',
    nodeId: 'node',
    clock: systemClock,
    heartbeatTimeoutMs: 1000,
    ...client,
  });
  afterCase(() => connection.close());
  return connection;
}

/** Nodes on a server. */
export function nodesOn(url: string): RedisNodes {
  const nodes = new RedisNodes(url);
  afterCase(() => nodes.stop());
  return nodes;
}

/** What a handler answers a command over the wire, sent between two nodes that both connect with these options. */
export async function placedOver(options: RedisEngineOptions): Promise<string> {
  const cluster = nodesOn('');
  const gateway = cluster.node('gateway', {}, options);
  const orders = cluster
    .node('orders', {}, options)
    .handleRequest(PlaceOrder, (command) => `placed ${(command as PlaceOrder).sku}`);
  await cluster.start(gateway, orders);
  return gateway.mediator.send(new PlaceOrder('tea'));
}
