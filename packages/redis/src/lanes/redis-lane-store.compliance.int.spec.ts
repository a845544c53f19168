import { describeLaneStore } from '@catga/compliance';
import { connectLanes } from '../testing/lane-store.fixture.js';
import { RedisServer } from '../testing/redis-server.fixture.js';

const DEDUPLICATION_WINDOW_MS = 2000;
const LANES = 4;

describeLaneStore('redis', {
  lanes: LANES,
  deduplicationWindowMs: DEDUPLICATION_WINDOW_MS,
  async create() {
    const server = await RedisServer.spawn();
    const options = { url: server.url, reconnect: { waitMs: 20, maxWaitMs: 20 } };
    return {
      connect: () => connectLanes(options, { lanes: LANES, deduplicationWindowMs: DEDUPLICATION_WINDOW_MS }),
      async forget() {
        await server.kill();
        server.empty();
        await server.start();
      },
      stop: () => server.stop(),
    };
  },
});
