import { describeLaneStore } from '@catga/compliance';
import { openLanes } from './testing/lanes.fixture.js';
import { NatsServer } from './testing/nats-server.fixture.js';

/** The server looks for ids that are too old no more often than this. */
const DEDUPLICATION_WINDOW_MS = 2000;

describeLaneStore('nats', {
  lanes: 4,
  deduplicationWindowMs: DEDUPLICATION_WINDOW_MS,
  async create() {
    const server = await NatsServer.spawn();
    return {
      connect: () =>
        openLanes({ servers: server.url, durable: { duplicateWindowMs: DEDUPLICATION_WINDOW_MS } }),
      async forget() {
        await server.kill();
        server.empty();
        await server.start();
      },
      stop: () => server.stop(),
    };
  },
});
