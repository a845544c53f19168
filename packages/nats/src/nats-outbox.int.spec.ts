import { describeOutages } from '@catga/compliance';
import { memoryOutbox } from '@catga/core';
import { nats } from './nats-engine.js';
import { NatsServer } from './testing/nats-server.fixture.js';

describeOutages(
  'NATS',
  {
    capabilities: { isLasting: false, isTransactional: false },
    createOutbox: async (limits) => ({ outbox: memoryOutbox(limits) }),
  },
  async () => {
    const server = await NatsServer.spawn();
    let isThere = true;
    return {
      engine: nats({ servers: server.url, requestTimeoutMs: 1_000 }),
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
