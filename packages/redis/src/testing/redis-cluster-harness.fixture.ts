import type { ClusterUnderTest } from '@catga/compliance';
import type { EngineClient } from '@catga/core/engine';
import { TcpProxy } from '@catga/servers';
import { redis } from '../redis-engine.js';

/** A cluster on a server, whose nodes reach it each through a way of its own. */
export function redisCluster(url: string): ClusterUnderTest {
  const ways = new Map<string, TcpProxy>();
  const all: TcpProxy[] = [];
  const wayOf = (nodeId: string): TcpProxy => {
    const way = ways.get(nodeId);
    if (way === undefined) throw new Error(`Node '${nodeId}' is not connected.`);
    return way;
  };
  return {
    engine: {
      name: 'redis',
      capabilities: redis(url).capabilities,
      async connect(client: EngineClient) {
        const way = await TcpProxy.to(Number(new URL(url).port || 6379));
        all.push(way);
        ways.set(client.nodeId, way);
        return redis({
          url: `redis://127.0.0.1:${way.port}`,
          reconnect: { waitMs: 20, maxWaitMs: 20 },
          requestTimeoutMs: 3000, // A node that crashed waits for so long in vain when it is stopped.
        }).connect(client);
      },
    },
    crash: (nodeId) => wayOf(nodeId).cut(),
    pause: (nodeId) => wayOf(nodeId).stall(),
    resume: (nodeId) => wayOf(nodeId).resume(),
    cutOff: (nodeId) => wayOf(nodeId).cut(),
    loseBroker: (nodeId) => wayOf(nodeId).cut(),
    heal: (nodeId) => wayOf(nodeId).open(),
    async stop() {
      await Promise.all(all.map((way) => way.close()));
    },
  };
}
