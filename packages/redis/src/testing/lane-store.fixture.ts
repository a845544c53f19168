import { systemClock } from '@catga/core/engine';
import type { LaneStoreUnderTest } from '@catga/compliance';
import { KeySpace } from '../connection/key-space.js';
import { openClients, readerOf } from '../connection/open-clients.js';
import { isClusterClient } from '../connection/redis-client.js';
import { RedisSession } from '../connection/redis-session.js';
import type { LaneServices } from '../lanes/lane-services.js';
import { RedisLaneStore } from '../lanes/redis-lane-store.js';
import type { RedisEngineOptions } from '../options/redis-engine-options.js';
import { resolveRedisOptions } from '../options/resolve-redis-options.js';

/** A lane store on a connection of its own. */
export type ConnectedLaneStore = Awaited<ReturnType<LaneStoreUnderTest['connect']>>;

/** Connects to the lanes of a server, as an engine does. */
export async function connectLanes(
  given: string | RedisEngineOptions,
  facts: Partial<LaneServices> & { readonly namespace?: string } = {},
): Promise<ConnectedLaneStore> {
  const options = resolveRedisOptions(given);
  const { monitor, namespace = 'catga', ...others } = facts;
  const clients = await openClients(options, { nodeId: 'node', clock: systemClock });
  const { requestTimeoutMs: timeoutMs, reconnect, deduplicationWindowMs } = options;
  const session = new RedisSession(clients.client, clients.subscriber, {
    clock: systemClock,
    maxBufferedBytes: reconnect.maxBufferedBytes,
    timeoutMs,
    monitor,
  });
  const keys = new KeySpace(namespace, isClusterClient(clients.client) ? 0 : clients.client.options.db);
  const store = await RedisLaneStore.open({
    session,
    keys,
    clock: systemClock,
    openReader: () => readerOf(clients.client, options),
    timeoutMs,
    deduplicationWindowMs,
    lanes: 16,
    maxFramesPerLane: 100_000,
    keptEvents: 0,
    monitor,
    ...others,
  });
  return {
    log: store.log,
    records: store.records,
    async close() {
      store.close();
      await session.close();
    },
  };
}
