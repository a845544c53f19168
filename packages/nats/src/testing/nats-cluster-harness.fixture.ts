import type { ClusterUnderTest } from '@catga/compliance';
import type { EngineClient } from '@catga/core/engine';
import { nats } from '../nats-engine.js';
import { TcpProxy } from '@catga/servers';

/** Lanes of the compliance suite: a stream each, made anew for each case. */
export const FEW_LANES = { lanes: 4 };

/** A cluster on a server, or on several in turn, whose nodes reach it each through a way of its own. */
export function natsCluster(urls: readonly [string, ...string[]], replicas: 1 | 3 = 1): ClusterUnderTest {
  const ways = new Map<string, TcpProxy>();
  const all: TcpProxy[] = [];
  const wayOf = (nodeId: string): TcpProxy => {
    const way = ways.get(nodeId);
    if (way === undefined) throw new Error(`Node '${nodeId}' is not connected.`);
    return way;
  };
  return {
    engine: {
      name: 'nats',
      capabilities: nats(urls[0]).capabilities,
      async connect(client: EngineClient) {
        const url = urls[all.length % urls.length] ?? urls[0];
        const way = await TcpProxy.to(Number(new URL(url).port || 4222));
        all.push(way);
        ways.set(client.nodeId, way);
        return nats({
          servers: way.url,
          replicas,
          durable: FEW_LANES,
          reconnect: { waitMs: 20, jitterMs: 0 },
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
