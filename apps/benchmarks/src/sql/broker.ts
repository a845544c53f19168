import { PostgresServer } from '@catga/servers';
import { startNats } from '../nats/broker.js';
import type { Broker } from '../processes/load/broker.js';
import { installGraphileWorker } from './peers/graphile-worker.js';
import { cpuOfSessions, versionOf } from './postgres.js';

const sides = new URL('sides/main.js', import.meta.url);

/** A PostgreSQL server of our own on loopback, with its default durability, and a nats-server. */
export async function startServers(): Promise<Broker> {
  await installGraphileWorker();
  const nats = await startNats();
  // Every contender has a pool of its own, also while it is quiet.
  const postgres = await PostgresServer.spawn({ settings: ['max_connections=500'] });
  return {
    url: nats.url,
    databaseUrl: postgres.url,
    version: `${await versionOf(postgres.url)}, nats-server ${nats.version}`,
    sides,
    cpuMicros: () => cpuOfSessions(postgres.pid),
    async stop() {
      await postgres.stop();
      await nats.stop();
    },
  };
}
