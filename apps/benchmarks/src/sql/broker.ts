import { existsSync, readFileSync } from 'node:fs';
import { PostgresServer } from '@catga/servers';
import { Client } from 'pg';
import { startNats } from '../nats/broker.js';
import { cpuOf } from '../processes/load/broker.js';
import type { Broker } from '../processes/load/broker.js';
import { installGraphileWorker } from './peers/graphile-worker.js';

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
    cpuMicros: () => cpuOfAll(postgres.pid),
    async stop() {
      await postgres.stop();
      await nats.stop();
    },
  };
}

/** With the settings that say what a COMMIT is worth. */
async function versionOf(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<'version' | 'fsync' | 'commit', string>>(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
      current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
  );
  await client.end();
  const [found] = rows;
  return `${found?.version} (fsync ${found?.fsync}, synchronous_commit ${found?.commit})`;
}

/** Each session is a process. */
function cpuOfAll(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return undefined;
  const sessions = readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number);
  return [pid, ...sessions].reduce<number>((sum, each) => sum + (cpuOfOne(each) ?? 0), 0);
}

function cpuOfOne(pid: number | undefined): number | undefined {
  try {
    return cpuOf(pid);
  } catch {
    return undefined; // It has ended meanwhile.
  }
}
