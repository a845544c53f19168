// What the directory costs the broker, by the number of nodes: `npm run bench:discovery`. Every node is announced,
// watches, and beats some times; the messages are those that the server counts.
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '@catga/core/engine';
import type { EngineConnection } from '@catga/core/engine';
import type { NodeInfo } from '@catga/core';
import { nats } from '@catga/nats';
import { freePort, LOOPBACK, NatsServer } from '@catga/servers';
import Table from 'cli-table3';

const COUNTS = [1, 10, 50, 100, 200];
const BEATS = 5;

const monitorPort = await freePort();
const server = await NatsServer.spawn(['--http_port', String(monitorPort)]);
const table = new Table({
  head: ['nodes', 'sent to the broker', 'a node', 'given out by it', 'a node'],
});
for (const count of COUNTS) table.push(await traffic(count));
console.log(`Messages of one heartbeat of each node, mean of ${BEATS}, nats-server ${await version()}:`);
console.log(table.toString());
await server.stop();

async function traffic(count: number): Promise<(string | number)[]> {
  const connections: EngineConnection[] = [];
  const heard = { times: 0 };
  for (let index = 0; index < count; index++) {
    const client = { namespace: `bench-${count}`, nodeId: `node-${index}`, clock: systemClock };
    const connection = await nats(server.url).connect({ ...client, heartbeatTimeoutMs: 60_000 });
    await connection.directory.announce(nodeInfo(index));
    await connection.directory.watch({ present: () => void heard.times++, left: () => {} });
    connections.push(connection);
  }
  heard.times = 0;
  const before = await counters();
  for (let beat = 0; beat < BEATS; beat++) {
    await Promise.all(connections.map(({ directory }, index) => directory.refresh(nodeInfo(index))));
  }
  while (heard.times < BEATS * count * count) await setTimeout(5);
  const after = await counters();
  await Promise.all(connections.map((connection) => connection.close()));
  const sent = (after.in_msgs - before.in_msgs) / BEATS;
  const given = (after.out_msgs - before.out_msgs) / BEATS;
  return [count, sent, (sent / count).toFixed(2), given, (given / count).toFixed(2)];
}

function nodeInfo(index: number): NodeInfo {
  return {
    nodeId: `node-${index}`,
    service: 'shop',
    endpoint: `http://localhost:${5000 + index}`,
    incarnation: 1,
    handles: ['orders.place', 'orders.get'],
    subscribes: [],
    subscribesAsNode: [],
    load: { inFlight: 0, queued: 0, unanswered: 0, handled: 0 },
    protocolVersion: 1,
    serializer: 'json',
    metadata: {},
    status: 'alive',
  };
}

interface Counters {
  readonly in_msgs: number;
  readonly out_msgs: number;
}

/** What the server has counted so far. */
async function counters(): Promise<Counters> {
  return (await varz()) as Counters;
}

async function version(): Promise<string> {
  return ((await varz()) as { readonly version: string }).version;
}

async function varz(): Promise<unknown> {
  return (await fetch(`http://${LOOPBACK}:${monitorPort}/varz`)).json();
}
