// What the directory costs the broker, by the number of nodes: `npm run bench:discovery`. Every node has a connection of
// its own, is announced, watches, and beats some times; the messages are those that the servers count.
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '@catga/core/engine';
import type { EngineConnection } from '@catga/core/engine';
import type { Engine, NodeInfo } from '@catga/core';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { freePort, LOOPBACK, NatsServer, RedisServer } from '@catga/servers';
import { Redis } from 'ioredis';
import { describeEnvironment } from '../report/environment.js';
import { environmentLine, table } from '../report/markdown.js';
import { writeSection } from '../report/page.js';

const COUNTS = [1, 10, 100, 1000];
const BEATS = 3;
/** How many nodes start or beat at the same time. */
const AT_A_TIME = 25;

/** What a server has counted so far. */
interface Counted {
  readonly sent: number;
  readonly handedOut: number;
  readonly bytes: number;
}

const monitorPort = await freePort();
const natsServer = await NatsServer.spawn(['--http_port', String(monitorPort)]);
const overNats = await report(
  `nats-server ${(await varz()).version}`,
  () => nats(natsServer.url),
  async () => {
    const { in_msgs: sent, out_msgs: handedOut, out_bytes: bytes } = await varz();
    return { sent, handedOut, bytes };
  },
);
await natsServer.stop();

const redisServer = await RedisServer.spawn();
const operator = new Redis(redisServer.url);
const overRedis = await report(
  `Redis ${/redis_version:(\S+)/.exec(await operator.info('server'))?.[1]}`,
  () => redis(redisServer.url),
  async () => {
    const stats = await operator.info('all');
    const of = (name: RegExp): number => Number(name.exec(stats)?.[1] ?? 0);
    const sent = of(/cmdstat_evalsha:calls=(\d+)/);
    // An answer for each script, and a message of a channel for each node that listens.
    const told = of(/cmdstat_publish:calls=(\d+)/) * of(/pubsub_clients:(\d+)/);
    return { sent, handedOut: sent + told, bytes: of(/total_net_output_bytes:(\d+)/) };
  },
);
operator.disconnect();
await redisServer.stop();
const section = [
  '## The directory of nodes',
  'Written by `npm run bench:discovery`: messages of one heartbeat of each node, as the server counts them, mean of ' +
    `${BEATS}. Every node has a connection of its own, is announced, and watches the others. Nothing here depends on ` +
    'how fast the machine is.',
  environmentLine(describeEnvironment(['@catga/core', '@nats-io/transport-node', 'ioredis'])),
  overNats,
  overRedis,
].join('\n\n');
console.log(section);
console.log(`\nWritten to ${await writeSection('discovery', section)}.`);

async function report(title: string, engine: () => Engine, count: () => Promise<Counted>): Promise<string> {
  const rows: (readonly string[])[] = [];
  for (const nodes of COUNTS) rows.push(await traffic(nodes, engine(), count));
  const heads = [
    'nodes',
    'sent to the broker',
    'a node',
    'handed out by it',
    'a node',
    'KiB handed out',
    'a node',
  ];
  return `### ${title}\n\n${table(heads, rows)}`;
}

async function traffic(count: number, engine: Engine, counted: () => Promise<Counted>): Promise<string[]> {
  const present = new Map<number, Set<string>>();
  const nodes = await inTurns(count, async (index) => {
    const client = { namespace: `bench-${count}`, nodeId: `node-${index}`, clock: systemClock };
    const connection = await engine.connect({ ...client, heartbeatTimeoutMs: 3_600_000 });
    await connection.directory.announce(nodeInfo(index));
    return connection;
  });
  await inTurns(count, async (index) => {
    const seen = new Set<string>();
    present.set(index, seen);
    await at(nodes, index).directory.watch({
      present: ({ nodeId }) => void seen.add(nodeId),
      left: (nodeId) => void seen.delete(nodeId),
    });
  });
  while (![...present.values()].every(({ size }) => size === count)) await setTimeout(20);
  const before = await counted();
  for (let beat = 0; beat < BEATS; beat++) {
    await inTurns(count, async (index) => {
      const { directory } = at(nodes, index);
      await directory.refresh(nodeInfo(index, beat));
      await directory.look?.();
    });
  }
  const after = await counted();
  await inTurns(count, (index) => at(nodes, index).close());
  const cells = (of: keyof Counted, unit = 1): string[] => {
    const each = (after[of] - before[of]) / BEATS / unit;
    return [each.toFixed(0), (each / count).toFixed(2)];
  };
  return [String(count), ...cells('sent'), ...cells('handedOut'), ...cells('bytes', 1024)];
}

async function inTurns<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (let from = 0; from < count; from += AT_A_TIME) {
    const size = Math.min(AT_A_TIME, count - from);
    done.push(...(await Promise.all(Array.from({ length: size }, (_, index) => work(from + index)))));
  }
  return done;
}

function at(nodes: readonly EngineConnection[], index: number): EngineConnection {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`There is no node ${index}.`);
  return node;
}

function nodeInfo(index: number, handled = 0): NodeInfo {
  return {
    nodeId: `node-${index}`,
    service: 'shop',
    endpoint: `http://localhost:${5000 + index}`,
    incarnation: 1,
    handles: ['orders.place', 'orders.get'],
    subscribes: [],
    subscribesAsNode: [],
    load: { inFlight: 0, queued: 0, unanswered: 0, handled },
    protocolVersion: 1,
    serializer: 'json',
    metadata: {},
    status: 'alive',
  };
}

interface Varz {
  readonly version: string;
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly out_bytes: number;
}

async function varz(): Promise<Varz> {
  return (await (await fetch(`http://${LOOPBACK}:${monitorPort}/varz`)).json()) as Varz;
}
