import { freePort, LOOPBACK } from '@catga/servers';
import { Redis } from 'ioredis';
import { until } from './redis-cluster.fixture.js';
import { RedisServer } from './redis-server.fixture.js';

const SLOTS = 16_384;
const CLUSTER = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];

/** Starts a Redis Cluster of three masters. */
export async function startMasters(): Promise<readonly RedisServer[]> {
  const servers: RedisServer[] = [];
  // The default bus port, 10,000 above the server's, may be taken by an outgoing connection.
  const busPorts = await Promise.all(Array.from({ length: 3 }, () => freePort()));
  for (const port of busPorts)
    servers.push(await RedisServer.spawn([...CLUSTER, '--cluster-port', String(port)]));
  const clients = servers.map(({ url }) => new Redis(url));
  const share = Math.ceil(SLOTS / clients.length);
  for (const [at, client] of clients.entries()) {
    const slots = Array.from({ length: Math.min(share, SLOTS - at * share) }, (_, slot) => at * share + slot);
    await client.call('CLUSTER', 'ADDSLOTS', ...slots);
    await client.call('CLUSTER', 'MEET', LOOPBACK, servers[0]!.port, busPorts[0]!);
  }
  await until(async () => {
    const states = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')));
    return states.every((state) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(state)));
  });
  for (const client of clients) client.disconnect();
  return servers;
}

/** Moves a slot from one master to another as `redis-cli --cluster reshard` does. */
export async function moveSlot(
  from: Redis,
  to: Redis,
  slot: number,
  meanwhile?: () => Promise<unknown>,
): Promise<void> {
  const [fromId, toId] = await Promise.all([from, to].map((client) => client.cluster('MYID')));
  await to.cluster('SETSLOT', slot, 'IMPORTING', String(fromId));
  await from.cluster('SETSLOT', slot, 'MIGRATING', String(toId));
  await meanwhile?.();
  for (;;) {
    const keys = (await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
    if (keys.length === 0) break;
    await from.call('MIGRATE', to.options.host!, to.options.port!, '', 0, 5000, 'KEYS', ...keys);
  }
  for (const client of [to, from]) await client.cluster('SETSLOT', slot, 'NODE', String(toId));
}
