import { freePort, LOOPBACK, NatsServer } from '@catga/servers';
import { systemClock } from '@catga/core/engine';
import type { EngineConnection } from '@catga/core/engine';
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

/** How many messages clients have sent to the server so far. */
async function messagesIn(): Promise<number> {
  const answer = await fetch(`http://${LOOPBACK}:${monitorPort}/varz`);
  return ((await answer.json()) as { readonly in_msgs: number }).in_msgs;
}

/** How many messages the server gets while each of so many nodes beats three times. */
async function messagesOfThreeBeats(count: number): Promise<number> {
  const seen = new Map<string, number>();
  const connections: EngineConnection[] = [];
  const nodeIds = Array.from({ length: count }, (_, index) => `node-${index}`);
  for (const nodeId of nodeIds) {
    const client = { namespace: `of-${count}`, nodeId, clock: systemClock, heartbeatTimeoutMs: 60_000 };
    const connection = await nats(server.url).connect(client);
    connections.push(connection);
    await connection.directory.announce(info(nodeId));
    await connection.directory.watch({
      present: (node) => void seen.set(`${nodeId} of ${node.nodeId}`, node.load.handled),
      left: () => {},
    });
  }
  const before = await messagesIn();
  for (const beat of [1, 2, 3]) {
    await Promise.all(
      connections.map(({ directory }, index) => directory.refresh(info(nodeIds[index]!, beat))),
    );
  }
  await until(() => seen.size === count * count && [...seen.values()].every((beat) => beat === 3));
  const messages = (await messagesIn()) - before;
  await Promise.all(connections.map((connection) => connection.close()));
  return messages;
}

describe('what discovery costs the broker', () => {
  it('is one message for each heartbeat, however many nodes watch', async () => {
    for (const count of [1, 5, 25]) expect(await messagesOfThreeBeats(count)).toBe(3 * count);
  });
});
