import { afterEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Cluster, Redis } from 'ioredis';
import { startMasters } from '../testing/redis-masters.fixture.js';
import { RedisServer } from '../testing/redis-server.fixture.js';
import { guardSockets } from './guard-sockets.js';

let servers: readonly RedisServer[];
afterEach(async () => {
  for (const server of servers) await server.stop();
});

function breakTwice(client: Redis): void {
  const stream: Socket = Reflect.get(client, 'stream');
  for (const message of ['first', 'second']) stream.emit('error', new Error(message));
}

it('a second error of a socket does not end the process', async () => {
  const server = await RedisServer.spawn();
  servers = [server];
  const told: string[] = [];
  const client = guardSockets(new Redis(server.url, { lazyConnect: true }));
  client.on('error', ({ message }: Error) => void told.push(message));
  await client.connect();
  breakTwice(client);
  expect(told).toEqual(['first']);
  client.disconnect();
});

it('many commands that a replica refuses are no leak', async () => {
  const server = await RedisServer.spawn();
  servers = [server];
  const client = guardSockets(new Redis(server.url, { lazyConnect: true, reconnectOnError: () => 2 }));
  const admin = new Redis(server.url);
  await client.connect();
  const stream: Socket = Reflect.get(client, 'stream');
  await admin.replicaof('127.0.0.1', 1);
  const written = Promise.all(Array.from({ length: 20 }, (_, index) => client.set(`key${index}`, 'value')));
  await once(stream, 'close');
  await admin.replicaof('NO', 'ONE');
  await expect(written).resolves.toHaveLength(20);
  expect([stream.getMaxListeners(), client.status]).toEqual([0, 'ready']);
  client.disconnect();
  admin.disconnect();
});

it('nor does one of a server of a cluster', async () => {
  servers = await startMasters();
  const client = guardSockets(
    new Cluster(
      servers.map(({ url }) => url),
      { lazyConnect: true },
    ),
  );
  await client.connect();
  await client.set('a', 'b');
  expect(client.nodes().length).toBeGreaterThan(0);
  for (const node of client.nodes()) {
    if (node.status !== 'ready') continue;
    node.on('error', () => {});
    expect(() => breakTwice(node)).not.toThrow();
  }
  client.disconnect();
});
