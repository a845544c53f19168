import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import { until } from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(...args: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.spawn(args);
  ends.push(() => server.stop());
  return server;
}

/** A sentinel that watches a primary by itself, and is quick to give it up. It writes into its file of settings. */
async function startSentinel(primary: RedisServer): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'catga-redis-sentinel-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const settings = join(folder, 'sentinel.conf');
  writeFileSync(
    settings,
    [
      `sentinel monitor shop 127.0.0.1 ${primary.port} 1`,
      'sentinel down-after-milliseconds shop 500',
      'sentinel failover-timeout shop 2000',
      '',
    ].join('\n'),
  );
  return RedisServer.sentinel(settings);
}

describe('a primary that dies, watched by a sentinel', () => {
  it('is followed by its replica: what was replicated is there, and the node goes on', async () => {
    const primary = await start();
    await start('--replicaof', '127.0.0.1', String(primary.port));
    const operator = new Redis(primary.url);
    ends.push(() => operator.disconnect());
    await until(async () => /state=online/.test(await operator.info('replication')));
    const sentinel = await startSentinel(primary);
    ends.push(() => sentinel.stop());
    const watched = new Redis(sentinel.port);
    ends.push(() => watched.disconnect());
    await until(async () => /slaves=1/.test(await watched.info('sentinel')));

    const engine = redis({
      connection: { sentinels: [{ host: '127.0.0.1', port: sentinel.port }], name: 'shop' },
      requestTimeoutMs: 20_000,
    });
    const connection = await engine.connect({
      namespace: 'catga',
      nodeId: 'node',
      clock: systemClock,
      heartbeatTimeoutMs: 1000,
    });
    ends.push(() => connection.close());
    const first = await connection.idempotency.claim('k1', 'f', 60_000);
    expect(first.state).toBe('claimed');
    await operator.wait(1, 1000);
    operator.disconnect();
    await primary.kill();
    const second = await connection.idempotency.claim('k2', 'f', 60_000);
    expect(second.state).toBe('claimed');
    await expect(connection.idempotency.claim('k1', 'f', 60_000)).resolves.toEqual({ state: 'running' });
  });
});
