import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CatgaNode } from '@catga/core';
import { NatsServer, RedisServer, TemporaryFolder, authority, freePort, signedBy } from '@catga/servers';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import type { RedisEngineOptions } from './options/redis-engine-options.js';

const ends: (() => unknown)[] = [];
const warnings: string[] = [];
let certificates: { readonly cert: string; readonly key: string };
beforeAll(async () => {
  certificates = await signedBy(await authority(), 'redis');
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  warnings.length = 0;
});

/** Why a node does not start; undefined if it does. */
async function startOn(engine: RedisEngineOptions): Promise<string | undefined> {
  const logger = { debug() {}, log() {}, warn: (line: string) => void warnings.push(line), error() {} };
  const node = new CatgaNode({ engine: redis({ connectTimeoutMs: 3000, ...engine }) }, { logger });
  ends.push(() => node.stop());
  return node.init().then(
    () => undefined,
    (thrown: Error) => thrown.message,
  );
}

async function spawn(...args: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.spawn(args);
  ends.push(() => server.stop());
  return server;
}

describe('redis() pointed at something else', () => {
  it('says that it is a NATS server, at once, though it may wait on start', async () => {
    const server = await NatsServer.spawn();
    ends.push(() => server.stop());
    const url = server.url.replace('nats:', 'redis:');
    await expect(startOn({ url })).resolves.toMatch(/a NATS server listens there: use nats\(\)/);
    await expect(startOn({ url, waitOnStart: true })).resolves.toMatch(/a NATS server listens there/);
  });

  it('says that it is an HTTP server', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    ends.push(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(startOn({ url: `redis://127.0.0.1:${port}` })).resolves.toMatch(
      /an HTTP server listens there/,
    );
  });

  it('says that the server speaks TLS, or that it does not', async () => {
    const folder = new TemporaryFolder();
    ends.push(() => folder.remove());
    const tlsPort = await freePort();
    const settings = [
      ['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'],
      ['--tls-cert-file', folder.write('server.pem', certificates.cert)],
      ['--tls-key-file', folder.write('server.key', certificates.key)],
      ['--tls-ca-cert-file', folder.write('ca.pem', certificates.cert)],
    ];
    const server = await spawn(...settings.flat());
    await expect(startOn({ url: `redis://127.0.0.1:${tlsPort}` })).resolves.toMatch(
      /speaks TLS: use rediss:\/\//,
    );
    await expect(startOn({ url: server.url.replace('redis:', 'rediss:') })).resolves.toMatch(
      /speaks no TLS: use redis:\/\//,
    );
  });
});

describe('Redis with settings that lose messages', () => {
  it('has nothing said of it if it keeps what it is given', async () => {
    const server = await spawn('--maxmemory', '100mb', '--maxmemory-policy', 'noeviction');
    await expect(startOn({ url: server.url })).resolves.toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it.each([
    [['--appendonly', 'no'], /appendonly is 'no', so everything is gone when the server ends/],
    [['--appendonly', 'no', '--save', '60 1'], /what was stored since the last snapshot is gone/],
    [
      ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'],
      /maxmemory-policy is 'allkeys-lru', which removes keys/,
    ],
    [
      ['--appendonly', 'no', '--maxmemory', '100mb', '--maxmemory-policy', 'volatile-ttl'],
      /appendonly is 'no'.*; maxmemory-policy is 'volatile-ttl'/,
    ],
  ])('has one warning at the start: %j', async (args, words) => {
    const server = await spawn(...args);
    await startOn({ url: server.url });
    expect(warnings).toEqual([expect.stringMatching(words)]);
  });

  it('is looked at by INFO where CONFIG GET is not permitted, and else cannot be checked', async () => {
    const server = await spawn('--appendonly', 'no');
    const admin = new Redis(server.url);
    ends.push(() => admin.disconnect());
    await admin.call('ACL', 'SETUSER', 'shop', 'on', '>secret', '~*', '&*', '+@all', '-config');
    const url = server.url.replace('redis://', 'redis://shop:secret@');
    await startOn({ url });
    expect(warnings.splice(0)).toEqual([
      expect.stringMatching(/appendonly is 'no', so what was stored since/),
    ]);
    await admin.call('ACL', 'SETUSER', 'shop', '-info');
    await startOn({ url });
    expect(warnings).toEqual([expect.stringMatching(/Could not check the durability/)]);
  });
});
