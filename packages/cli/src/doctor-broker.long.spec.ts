import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CatgaNode } from '@catga/core';
import { nats } from '@catga/nats';
import { NatsServer, NatsServerCluster, RedisServer } from '@catga/servers';
import { describe, expect, it } from '@jest/globals';
import { DoctorCase } from './testing/doctor-case.fixture.js';
import { OrderPlaced, until } from './testing/shop.fixture.js';

const doctor = DoctorCase.forEach();

async function natsServer(settings = ''): Promise<NatsServer> {
  const file = join(doctor.terminal.folder.path, 'nats.conf');
  writeFileSync(file, settings);
  const server = await NatsServer.spawn(settings === '' ? [] : ['-c', file]);
  doctor.after(server);
  return server;
}

/** A user `shop` in an account with these limits of JetStream. */
function accountWith(limits: string): string {
  return `accounts { shop: { jetstream: { ${limits} }, users: [{ user: shop, password: secret }] } }`;
}

async function redisServer(...args: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.spawn(args);
  doctor.after(server);
  return server;
}

describe('catga doctor on the broker', () => {
  it('finds that nobody listens', async () => {
    await expect(doctor.findings('nats://127.0.0.1:1')).resolves.toEqual([
      'error nats-unreachable of 127.0.0.1:1',
    ]);
    await expect(doctor.findings('redis://127.0.0.1:1')).resolves.toEqual([
      'error redis-unreachable of Redis',
    ]);
  });

  it('finds that it refuses the user', async () => {
    const { port } = await natsServer('authorization { user: shop, password: secret }');
    await expect(doctor.findings(`nats://shop:wrong@127.0.0.1:${port}`)).resolves.toEqual([
      `error nats-credentials of 127.0.0.1:${port}`,
    ]);
    const redis = await redisServer('--requirepass', 'secret');
    await expect(doctor.findings(`redis://:wrong@127.0.0.1:${redis.port}`)).resolves.toEqual([
      'error redis-credentials of Redis',
    ]);
  });

  it('finds a server without JetStream', async () => {
    const server = await NatsServer.spawn([], { hasJetStream: false });
    doctor.after(server);
    const [first, ...more] = await doctor.findings(server.url);
    expect([first, more]).toEqual([`error nats-no-jetstream of 127.0.0.1:${server.port}`, []]);
  });

  it('finds missing permissions', async () => {
    const { port } = await natsServer(
      'authorization { users = [{ user: shop, password: secret, permissions: { publish: ["catga.>"], subscribe: [">"] } }] }',
    );
    const found = await doctor.findings(`nats://shop:secret@127.0.0.1:${port}`);
    expect(found).toContain(`error nats-permission of 127.0.0.1:${port}`);
    const redis = await redisServer(...'--user shop on >secret ~other:* +@all --user default off'.split(' '));
    await expect(doctor.findings(`redis://shop:secret@127.0.0.1:${redis.port}`)).resolves.toEqual([
      expect.stringMatching(/^error broker-permission of redis:\/\/\*\*\*@/),
    ]);
  });

  it('finds a server that takes small messages only', async () => {
    const { url, port } = await natsServer('max_payload: 65536');
    await expect(doctor.findings(url)).resolves.toContain(`warning nats-small-payloads of 127.0.0.1:${port}`);
  });

  it('finds streams that are full, or in memory', async () => {
    const { url } = await natsServer();
    const durable = { maxBytes: 64 * 1024, storage: 'memory', lanes: 1 } as const;
    const node = new CatgaNode({ engine: nats({ servers: url, durable }) });
    doctor.after(node);
    await node.init();
    await node.start();
    const fill = (): Promise<boolean> =>
      node.mediator.publish(new OrderPlaced('x'.repeat(2000))).then(
        () => true,
        () => false,
      );
    while (await fill());
    const found = await doctor.findings(url);
    expect(found).toContain('error nats-stream-full of catga_lane_0');
    expect(found.filter((one) => one.includes('nats-memory-storage'))).toHaveLength(1);
  });

  it('finds an account whose storage is full', async () => {
    const { port } = await natsServer(accountWith('max_mem: 64MB, max_file: 1MB'));
    const url = `nats://shop:secret@127.0.0.1:${port}`;
    const node = new CatgaNode({ engine: nats({ servers: url, durable: { lanes: 1 } }) });
    doctor.after(node);
    await node.init();
    await node.start();
    const fill = (): Promise<boolean> =>
      node.mediator.publish(new OrderPlaced('x'.repeat(50_000))).then(
        () => true,
        () => false,
      );
    while (await fill());
    await expect(doctor.findings(url)).resolves.toContain(`error nats-storage-full of 127.0.0.1:${port}`);
  });

  it('finds that it can be reached, and nobody can join', async () => {
    const { port } = await natsServer(accountWith('max_mem: 64MB, max_file: 64MB, max_streams: 1'));
    await expect(doctor.findings(`nats://shop:secret@127.0.0.1:${port}`)).resolves.toEqual([
      `error not-joined of nats://***@127.0.0.1:${port}`,
    ]);
  });

  it('finds a server without message headers', async () => {
    const { url, port } = await natsServer('no_header_support: true');
    await expect(doctor.findings(url)).resolves.toContain(`error nats-no-headers of 127.0.0.1:${port}`);
  });

  it('finds streams that are on one server of a cluster, and that this one does not answer', async () => {
    const cluster = await NatsServerCluster.spawn();
    doctor.after(cluster);
    const node = new CatgaNode({ engine: nats({ servers: [...cluster.urls] }) }).handleEvent(
      OrderPlaced,
      () => {},
      { name: 'Stock' },
    );
    await node.init();
    await node.start();
    const nodes = await cluster.serverWith('KV_catga_nodes');
    const found = await doctor.findings(nodes?.url ?? '');
    const [single = ''] = found.filter((one) => one.startsWith('warning nats-one-replica of '));
    const streams = single.replace('warning nats-one-replica of ', '').split(', ');
    expect(streams).toContain('catga_lane_0');
    await node.stop();
    for (const stream of streams) {
      const server = await cluster.serverWith(stream);
      if (server === nodes) continue;
      await server?.kill();
      break;
    }
    await until(async () => {
      const later = await doctor.findings(nodes?.url ?? '');
      return later.some((one) => one.startsWith('error nats-no-answer of '));
    });
  });

  it('finds a Redis that loses, removes, or has no room for messages', async () => {
    const losing = await redisServer('--appendonly', 'no', '--save', '');
    await expect(doctor.findings(losing.url)).resolves.toContain('error redis-no-append-only of Redis');
    const evicting = await redisServer(
      '--maxmemory',
      '100mb',
      '--maxmemory-policy',
      'allkeys-lru',
      '--appendfsync',
      'no',
    );
    const found = await doctor.findings(evicting.url);
    expect(found).toContain('error redis-evicts of Redis');
    expect(found).toContain('error redis-seldom-synced of Redis');
    const full = await redisServer('--maxmemory', '1mb');
    await expect(doctor.findings(full.url)).resolves.toContain('error redis-full of Redis');
  });

  it('finds a Redis that does not tell its settings', async () => {
    const acl = '--user shop on >secret ~* &* +@all -config -info --user default off'.split(' ');
    const { port } = await redisServer(...acl);
    await expect(doctor.findings(`redis://shop:secret@127.0.0.1:${port}`)).resolves.toContain(
      'warning redis-unknown-settings of Redis',
    );
  });
});
