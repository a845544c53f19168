import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import { until } from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

const KEYS = 20_000;

let server: RedisServer;
beforeEach(async () => {
  // A millisecond for each key that it loads, until it is told otherwise.
  server = await RedisServer.spawn(['--key-load-delay', '1000']);
});
afterEach(() => server.stop());

it('a Redis that expects to load for long, and does not, is asked again as soon as it is lost and found', async () => {
  const admin = new Redis(server.url, { enableReadyCheck: false });
  const client = { namespace: 'catga', nodeId: 'node', clock: systemClock, heartbeatTimeoutMs: 1000 };
  const options = { url: server.url, reconnect: { maxWaitMs: 200 } };
  const connection = await redis(options).connect(client);
  try {
    const filling = admin.pipeline();
    for (let key = 0; key < KEYS; key++) filling.set(`key-${key}`, '');
    await filling.exec();
    await server.kill();
    const claim = connection.idempotency.claim('k1', 'f', 60_000);
    const started = server.start();
    const hasAsked = async (): Promise<boolean> =>
      /name=node .*cmd=info/.test(String(await admin.client('LIST')));
    await until(hasAsked);
    await admin.config('SET', 'key-load-delay', 0);
    await started;
    await expect(claim).resolves.toMatchObject({ state: 'claimed' });
  } finally {
    admin.disconnect();
    await connection.close();
  }
});
