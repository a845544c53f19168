import { NatsServer } from '@catga/servers';
import { TestClock } from '@catga/core/engine';
import type { EngineConnection } from '@catga/core/engine';
import type { NodeInfo } from '@catga/core';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nats } from './nats-engine.js';
import { until } from './testing/nats-cluster.fixture.js';

let server: NatsServer;
let spy: NatsConnection;
/** The subjects of all messages that nodes sent, and that the server answered with. */
let subjects: string[] = [];
beforeAll(async () => {
  server = await NatsServer.spawn();
  spy = await connect({ servers: server.url });
  spy.subscribe('>', {
    callback: (_, { subject }) => {
      if (!subject.startsWith('$JS.EVENT.')) subjects.push(subject);
    },
  });
  await spy.flush();
});
afterAll(async () => {
  await spy.close();
  await server.stop();
});

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

/** What messages are about, by their subject. */
const KINDS = [
  ['answer', /^_INBOX\./],
  ['heartbeat', /^\$KV\.[^.]+_nodes\.[^.]+\./],
  ['look at its record', /^\$JS\.API\.(DIRECT|STREAM\.MSG)\.GET\.KV_[^.]+_nodes/],
  ['removal of the heartbeat before', /^\$JS\.API\.STREAM\.PURGE\.KV_[^.]+_nodes/],
  ['list of heartbeats', /^\$JS\.API\.STREAM\.INFO\.KV_[^.]+_nodes/],
  ['lease on a worker id', /^\$KV\.[^.]+_workers\./],
] as const;

const NOBODY = { received() {}, unreachable() {} };

/** How many of each kind there were, whatever is of no kind by its subject. */
function counted(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const subject of subjects) {
    const [kind] = KINDS.find(([, pattern]) => pattern.test(subject)) ?? [subject];
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Whether every question of a node has its answer. */
function areAnswered(): boolean {
  return 2 * (counted()['answer'] ?? 0) === subjects.length;
}

/** More than there were worker ids once. */
const MANY = 300;
const BEATS = 3;
/** Within three of them every node renews the lease on its worker id once, a quarter of a minute after it took it. */
const INTERVAL_MS = 5000;

/** What clients sent while each of so many nodes beats three times. */
async function trafficOf(count: number): Promise<Readonly<Record<string, number>>> {
  const clock = new TestClock();
  const seen = new Map<string, number>();
  const nodeIds = Array.from({ length: count }, (_, index) => `node-${index}`);
  const connections = await Promise.all(
    nodeIds.map((nodeId) =>
      nats(server.url).connect({ namespace: `of-${count}`, nodeId, clock, heartbeatTimeoutMs: 600_000 }),
    ),
  );
  const links = await Promise.all(
    connections.map((connection, index) =>
      connection.openLinks!({ nodeId: nodeIds[index]!, incarnation: 1 }, NOBODY),
    ),
  );
  /** All that the nodes asked is answered, and they have read the answers: otherwise they ask again as time goes on. */
  const settle = async (): Promise<void> => {
    await Promise.all(links.map((link) => link.flush()));
    await spy.flush();
    await until(areAnswered);
    await Promise.all(links.map((link) => link.flush()));
  };
  for (const [index, { directory }] of connections.entries()) await directory.announce(info(nodeIds[index]!));
  for (const [index, { directory }] of connections.entries()) {
    await directory.watch({
      present: (node) => void seen.set(`${nodeIds[index]} of ${node.nodeId}`, node.load.handled),
      left: (nodeId) => void seen.set(`${nodeIds[index]} of ${nodeId}`, -1),
    });
  }
  // Whoever has read the records of all nodes says last, and waits for no answer, that its consumer may go.
  await Promise.all(links.map((link) => link.flush()));
  await spy.flush();
  subjects = [];
  for (let beat = 1; beat <= BEATS; beat++) {
    await clock.advance(INTERVAL_MS);
    await Promise.all(
      connections.map(({ directory }, index) => directory.refresh(info(nodeIds[index]!, beat))),
    );
    await settle();
  }
  // Each has read the list with its third heartbeat: it saw all of the second.
  expect(seen.size).toBe(count * count);
  expect(Math.min(...seen.values())).toBeGreaterThanOrEqual(BEATS - 1);
  const counts = counted();
  await Promise.all(connections.map((connection) => connection.close()));
  return counts;
}

describe('a directory', () => {
  it('takes 300 nodes with a connection each, and worker ids that differ', async () => {
    const clock = new TestClock();
    const connections: EngineConnection[] = [];
    while (connections.length < MANY) {
      const turn = Array.from({ length: 25 }, async (_, index) => {
        const nodeId = `node-${connections.length + index}`;
        const client = { namespace: 'many', nodeId, clock, heartbeatTimeoutMs: 600_000 };
        const connection = await nats(server.url).connect(client);
        await connection.directory.announce(info(nodeId));
        return connection;
      });
      connections.push(...(await Promise.all(turn)));
    }
    for (const { directory } of [connections[0]!, connections.at(-1)!]) {
      const seen = new Set<string>();
      await directory.watch({ present: ({ nodeId }) => void seen.add(nodeId), left() {} });
      await until(() => seen.size === MANY);
    }
    expect(new Set(connections.map(({ workerId }) => workerId)).size).toBe(MANY);
    await Promise.all(connections.map((connection) => connection.close()));
  });
});

describe('what discovery costs the broker', () => {
  it.each([1, 5, 25])(
    'is four messages in and four out for each node and interval, where there are %i nodes, and a lease four times a minute',
    async (count) => {
      expect(await trafficOf(count)).toEqual({
        heartbeat: BEATS * count,
        'look at its record': BEATS * count,
        'removal of the heartbeat before': BEATS * count,
        'list of heartbeats': BEATS * count,
        'lease on a worker id': count,
        answer: (4 * BEATS + 1) * count,
      });
    },
  );
});
