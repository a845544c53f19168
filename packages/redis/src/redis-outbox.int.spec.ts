import { describeOutages } from '@catga/compliance';
import { memoryOutbox } from '@catga/core';
import { redis } from './redis-engine.js';
import { RedisServer } from './testing/redis-server.fixture.js';

describeOutages(
  'Redis',
  {
    capabilities: { isLasting: false, isTransactional: false },
    createOutbox: async (limits) => ({ outbox: memoryOutbox(limits) }),
  },
  async () => {
    const server = await RedisServer.spawn();
    let isThere = true;
    return {
      engine: redis({ url: server.url, requestTimeoutMs: 1_000 }),
      async leave() {
        isThere = false;
        await server.kill();
      },
      async comeBack() {
        if (!isThere) await server.start();
        isThere = true;
      },
      stop: () => server.stop(),
    };
  },
);
