import { NatsServer, PostgresServer } from '@catga/servers';
import { cpuOf } from '../processes/load/broker.js';
import type { Broker } from '../processes/load/broker.js';
import { natsVersionOf } from '../nats/broker.js';
import { cpuOfSessions, versionOf } from '../sql/postgres.js';
import { installEmmett } from './peers/emmett.js';

const sides = new URL('sides/main.js', import.meta.url);

/** A PostgreSQL server of our own on loopback, with its default durability, and a nats-server with a temporary store. */
export async function startServers(): Promise<Broker> {
  await installEmmett();
  // Every contender has a pool of its own, also while it is quiet.
  const postgres = await PostgresServer.spawn({ settings: ['max_connections=500'] });
  const nats = await NatsServer.spawn();
  return {
    url: nats.url,
    databaseUrl: postgres.url,
    version: `PostgreSQL ${await versionOf(postgres.url)}; nats-server ${await natsVersionOf(nats.url)}`,
    sides,
    // Contenders take turns: what is measured is one server's, the other one rests.
    cpuMicros: () => (cpuOfSessions(postgres.pid) ?? Number.NaN) + (cpuOf(nats.pid) ?? Number.NaN),
    async stop() {
      await nats.stop();
      await postgres.stop();
    },
  };
}
