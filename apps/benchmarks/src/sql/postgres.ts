import { existsSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { cpuOf } from '../processes/load/broker.js';

/** With the settings that say what a COMMIT is worth. */
export async function versionOf(url: string): Promise<string> {
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

/** CPU time of a server: each session is a process. */
export function cpuOfSessions(pid: number | undefined): number | undefined {
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
