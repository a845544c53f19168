import type { ClusterUnderTest } from '@catga/compliance';
import type { EngineClient } from '@catga/core/engine';
import { nats } from '../nats-engine.js';
import { TcpProxy } from '@catga/servers';

/** Lanes of the compliance suite: a stream each, made anew for each case. */
export const FEW_LANES = { lanes: 4 };

/** A cluster on a server, whose nodes reach it each through a way of its own. */
export function natsCluster(url: string): ClusterUnderTest {
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
      capabilities: nats(url).capabilities,
      async connect(client: EngineClient) {
        const way = await TcpProxy.to(Number(new URL(url).port || 4222));
        all.push(way);
        ways.set(client.nodeId, way);
        return nats({
          servers: way.url,
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
