import { describeEngine } from '@catga/compliance';
import { afterAll, beforeAll } from '@jest/globals';
import { nats } from './nats-engine.js';
import { FEW_LANES, natsCluster } from './testing/nats-cluster-harness.fixture.js';
import { sharedBroker } from './testing/nats-server.fixture.js';
import type { SharedBroker } from './testing/nats-server.fixture.js';

let broker: SharedBroker;
beforeAll(async () => {
  broker = await sharedBroker();
});
afterAll(() => broker.stop());

describeEngine('nats', {
  capabilities: { requests: [0, 1, 2], events: [0, 1, 2], queues: true, streams: true },
  keepsEvents: true,
  unitMs: 100,
  async createEngine() {
    await broker.forget();
    return { engine: nats({ servers: broker.url, durable: FEW_LANES }) };
  },
  async createShortRetention() {
    await broker.forget();
    const durable = { ...FEW_LANES, maxAgeMs: 300, duplicateWindowMs: 100 };
    return { engine: nats({ servers: broker.url, durable }) };
  },
  async createCluster() {
    await broker.forget();
    return natsCluster([broker.url]);
  },
});
