import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaNode } from '@catga/core';
import { RedisServer, authority, signedBy } from '@catga/servers';
import { nats } from './nats-engine.js';
import type { NatsEngineOptions } from './options/nats-engine-options.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Why a node does not start. */
async function startOn(engine: NatsEngineOptions): Promise<string | undefined> {
  const node = new CatgaNode({ engine: nats({ connectTimeoutMs: 1000, ...engine }) });
  ends.push(() => node.stop());
  return node.init().then(
    () => undefined,
    (thrown: Error) => thrown.message,
  );
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  ends.push(() => server.close());
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('nats() pointed at something else', () => {
  it('says that it is a Redis server, at once, though it may wait on start', async () => {
    const server = await RedisServer.spawn();
    ends.push(() => server.stop());
    const servers = server.url.replace('redis:', 'nats:');
    await expect(startOn({ servers })).resolves.toMatch(/a Redis server listens there: use redis\(\)/);
    await expect(startOn({ servers, waitOnStart: true })).resolves.toMatch(/a Redis server listens there/);
  });

  it('says that it is an HTTP server', async () => {
    await expect(startOn({ servers: await listen(createServer()) })).resolves.toMatch(
      /an HTTP server listens there/,
    );
  });

  it('says that the server speaks TLS', async () => {
    const { cert, key } = await signedBy(await authority(), 'nats');
    const servers = await listen(createTlsServer({ cert, key }));
    await expect(startOn({ servers })).resolves.toMatch(/speaks TLS: use tls:\/\//);
  });
});
