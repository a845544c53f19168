import { freePort, LOOPBACK, NatsServer } from '@catga/servers';
import { systemClock } from '@catga/core/engine';
import type { NodeInfo } from '@catga/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nats } from './nats-engine.js';
import { until } from './testing/nats-cluster.fixture.js';

let server: NatsServer;
let monitorPort: number;
beforeAll(async () => {
  monitorPort = await freePort();
  server = await NatsServer.spawn(['--http_port', String(monitorPort)]);
});
afterAll(() => server.stop());

const info = (nodeId: string, handled = 0): NodeInfo => ({
  nodeId,
  service: 'shop',
  endpoint: undefined,
  incarnation: 1,
  handles: ['orders.place'],
  subscribes: [],
  subscribesAsNode: [],
  load: { inFlight: 0, queued: 0, unanswered: 0, handled },
  protocolVersion: 1,
  serializer: 'json',
  metadata: {},
  status: 'alive',
});

interface Traffic {
  /** How many messages clients have sent to the server. */
  readonly in_msgs: number;
  /** How many it has handed out. */
  readonly out_msgs: number;
}

async function traffic(): Promise<Traffic> {
  return (await (await fetch(`http://${LOOPBACK}:${monitorPort}/varz`)).json()) as Traffic;
}

/** Four, and within the three intervals that are counted each node may renew the lease on its worker id once. */
const AT_MOST = 4 + 1 / 3;

/** What the server gets and hands out for each node and interval, while each of so many beats three times. */
async function trafficOf(count: number): Promise<Traffic> {
  const seen = new Map<string, number>();
  const nodeIds = Array.from({ length: count }, (_, index) => `node-${index}`);
  const connections = await Promise.all(
    nodeIds.map((nodeId) =>
      nats(server.url).connect({
        namespace: `of-${count}`,
        nodeId,
        clock: systemClock,
        heartbeatTimeoutMs: 600_000,
      }),
    ),
  );
  for (const [index, { directory }] of connections.entries()) await directory.announce(info(nodeIds[index]!));
  for (const [index, { directory }] of connections.entries()) {
    await directory.watch({
      present: (node) => void seen.set(`${nodeIds[index]} of ${node.nodeId}`, node.load.handled),
      left: (nodeId) => void seen.set(`${nodeIds[index]} of ${nodeId}`, -1),
    });
  }
  const before = await traffic();
  for (const beat of [1, 2, 3]) {
    await Promise.all(
      connections.map(({ directory }, index) => directory.refresh(info(nodeIds[index]!, beat))),
    );
  }
  // Each has read the list with its third heartbeat: it saw all of the second.
  await until(() => seen.size === count * count && [...seen.values()].every((beat) => beat >= 2));
  const after = await traffic();
  await Promise.all(connections.map((connection) => connection.close()));
  const each = (of: keyof Traffic): number => (after[of] - before[of]) / (3 * count);
  return { in_msgs: each('in_msgs'), out_msgs: each('out_msgs') };
}

describe('what discovery costs the broker', () => {
  it('is four messages in and four out for each node and interval, however many nodes there are', async () => {
    for (const count of [1, 5, 25]) {
      const { in_msgs: sent, out_msgs: handedOut } = await trafficOf(count);
      // A list that is read while another is on its way is that one.
      expect(sent).toBeGreaterThan(3);
      expect(sent).toBeLessThanOrEqual(AT_MOST);
      expect(handedOut).toBeLessThanOrEqual(AT_MOST);
    }
  });
});
