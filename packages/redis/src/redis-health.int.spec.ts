import { describeReadiness } from '@catga/compliance';
import { it } from '@jest/globals';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import { until } from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

const QUICK = { waitMs: 20, maxWaitMs: 50 };

describeReadiness(
  'Redis',
  () => RedisServer.spawn(),
  (url, requestTimeoutMs) => redis({ url, reconnect: QUICK, ...(requestTimeoutMs && { requestTimeoutMs }) }),
  (lab) => {
    it('is down while the server is a replica, which takes no writes', async () => {
      const { url } = lab().server;
      const node = await lab().start(redis({ url, reconnect: QUICK }));
      const admin = new Redis(url);
      await admin.replicaof('127.0.0.1', 1);
      await until(() => node.problem !== undefined);
      await admin.replicaof('NO', 'ONE');
      admin.disconnect();
      await until(() => node.problem === undefined);
    });
  },
);
