import { readFileSync } from 'node:fs';

/** A broker to measure over. */
export interface Broker {
  readonly url: string;
  /** Where the database listens, if there is one. */
  readonly databaseUrl?: string;
  /** Where a Redis listens, if there is one besides. */
  readonly redisUrl?: string;
  readonly version: string;
  /** The program of a contender's side: it knows the peers that speak with this broker. */
  readonly sides: URL;
  /** CPU time it has had, in microseconds; undefined where it is not ours, or the system does not say. */
  cpuMicros(): number | undefined;
  /** How many messages or commands each server has received so far; absent where nobody asks. */
  messages?(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

/** A server that was started for the measurement. */
export interface OwnServer {
  readonly url: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Linux counts in hundredths of a second. */
const TICK_MICROS = 10_000;

/** CPU time that a process and its children that have ended have had, in microseconds. */
export function cpuOf(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold spaces; user and system time are the 12th and 13th field after it, those of children the next.
  const ticks = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15);
  return ticks.reduce((sum, each) => sum + Number(each), 0) * TICK_MICROS;
}

/** A broker to measure over: the one that is given, or a server of our own. */
export async function brokerAt(
  given: string | undefined,
  spawn: () => Promise<OwnServer>,
  versionOf: (url: string) => Promise<string>,
  sides: URL,
): Promise<Broker> {
  if (given !== undefined) {
    const version = await versionOf(given);
    return { url: given, version, sides, cpuMicros: () => undefined, stop: () => Promise.resolve() };
  }
  const server = await spawn();
  return {
    url: server.url,
    version: await versionOf(server.url),
    sides,
    cpuMicros: () => cpuOf(server.pid),
    stop: () => server.stop(),
  };
}
