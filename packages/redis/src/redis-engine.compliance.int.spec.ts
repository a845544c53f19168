import { describeEngine } from '@catga/compliance';
import { afterAll, beforeAll } from '@jest/globals';
import { redis } from './redis-engine.js';
import { redisCluster } from './testing/redis-cluster-harness.fixture.js';
import { sharedBroker } from './testing/redis-server.fixture.js';
import type { SharedBroker } from './testing/redis-server.fixture.js';

let broker: SharedBroker;
beforeAll(async () => {
  broker = await sharedBroker();
});
afterAll(() => broker.stop());

describeEngine('redis', {
  capabilities: { requests: [0, 1, 2], events: [0, 1, 2], queues: true },
  keepsEvents: true,
  async createEngine() {
    await broker.forget();
    return { engine: redis(broker.url) };
  },
  async createShortRetention() {
    await broker.forget();
    return { engine: redis({ url: broker.url, keptEvents: 0 }) };
  },
  async createCluster() {
    await broker.forget();
    return redisCluster(broker.url);
  },
});
