import { describeEngine } from '@catga/compliance';
import type { NatsServerCluster } from '@catga/servers';
import { afterAll, beforeAll } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { nats } from './nats-engine.js';
import { FEW_LANES, natsCluster } from './testing/nats-cluster-harness.fixture.js';
import { removeStreams } from './testing/nats-server.fixture.js';
import { ELECTION_WITHIN_MS, startServerCluster } from './testing/server-cluster.fixture.js';

/** Replicas that are not the leader of a stream have what is stored a little later. */
const REPLICAS = 3;

let servers: NatsServerCluster;
let connection: NatsConnection;

beforeAll(async () => {
  servers = await startServerCluster();
  connection = await connect({ servers: servers.urls.map((url) => url.replace('nats://', '')) });
}, ELECTION_WITHIN_MS);

afterAll(async () => {
  await connection?.close();
  await servers?.stop();
});

const forget = (): Promise<void> => removeStreams(connection, servers.servers);

describeEngine('nats on three servers', {
  capabilities: { requests: [0, 1, 2], events: [0, 1, 2], queues: true, streams: true },
  keepsEvents: true,
  unitMs: 200,
  async createEngine() {
    await forget();
    return { engine: nats({ servers: servers.urls, replicas: REPLICAS, durable: FEW_LANES }) };
  },
  async createShortRetention() {
    await forget();
    const durable = { ...FEW_LANES, maxAgeMs: 600, duplicateWindowMs: 200 };
    return { engine: nats({ servers: servers.urls, replicas: REPLICAS, durable }) };
  },
  async createCluster() {
    await forget();
    const [first = '', ...others] = servers.urls;
    return natsCluster([first, ...others], REPLICAS);
  },
});
