import { describeLaneStore } from '@catga/compliance';
import { openLanes } from './testing/lanes.fixture.js';
import { haveMet, startServerCluster } from './testing/server-cluster.fixture.js';

const DEDUPLICATION_WINDOW_MS = 2000;

describeLaneStore('nats on three servers', {
  lanes: 2,
  deduplicationWindowMs: DEDUPLICATION_WINDOW_MS,
  async create() {
    const cluster = await startServerCluster();
    return {
      connect: () =>
        openLanes({
          servers: cluster.urls,
          replicas: 3,
          lanes: 2,
          requestTimeoutMs: 20_000,
          durable: { duplicateWindowMs: DEDUPLICATION_WINDOW_MS },
        }),
      async forget() {
        const { servers } = cluster;
        await Promise.all(servers.map((server) => server.kill()));
        for (const server of servers) server.empty();
        await Promise.all(servers.map((server) => server.start()));
        await haveMet(cluster);
      },
      stop: () => cluster.stop(),
    };
  },
});
