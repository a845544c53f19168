import { Redis } from 'ioredis';
import { until } from './redis-cluster.fixture.js';
import { RedisServer } from './redis-server.fixture.js';

const SLOTS = 16_384;
/** The port of the cluster bus is this much above the port of the server. */
const TO_BUS_PORT = 10_000;

/** Starts a Redis Cluster of three masters. */
export async function startMasters(): Promise<readonly RedisServer[]> {
  const servers: RedisServer[] = [];
  for (let count = 0; count < 3; count++) {
    const server = await withBusPort();
    await server.start();
    servers.push(server);
  }
  const clients = servers.map(({ url }) => new Redis(url));
  const share = Math.ceil(SLOTS / clients.length);
  for (const [at, client] of clients.entries()) {
    const slots = Array.from({ length: Math.min(share, SLOTS - at * share) }, (_, slot) => at * share + slot);
    await client.call('CLUSTER', 'ADDSLOTS', ...slots);
    await client.call('CLUSTER', 'MEET', '127.0.0.1', servers[0]!.port);
  }
  await until(async () => {
    const states = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')));
    return states.every((state) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(state)));
  });
  for (const client of clients) client.disconnect();
  return servers;
}

/** A server whose port of the cluster bus is a valid one. */
async function withBusPort(): Promise<RedisServer> {
  for (;;) {
    const server = await RedisServer.prepare(['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000']);
    if (server.port + TO_BUS_PORT < 65_536) return server;
    await server.stop();
  }
}
