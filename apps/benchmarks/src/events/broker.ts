import { PostgresServer } from '@catga/servers';
import type { Broker } from '../processes/load/broker.js';
import { cpuOfSessions, versionOf } from '../sql/postgres.js';
import { installEmmett } from './peers/emmett.js';

const sides = new URL('sides/main.js', import.meta.url);

/** A PostgreSQL server of our own on loopback, with its default durability. */
export async function startServer(): Promise<Broker> {
  await installEmmett();
  // Every contender has a pool of its own, also while it is quiet.
  const postgres = await PostgresServer.spawn({ settings: ['max_connections=500'] });
  return {
    url: postgres.url,
    databaseUrl: postgres.url,
    version: await versionOf(postgres.url),
    sides,
    cpuMicros: () => cpuOfSessions(postgres.pid),
    stop: () => postgres.stop(),
  };
}
