import { readFileSync } from 'node:fs';
import { NatsServer } from '@catga/servers';
import { connect } from '@nats-io/transport-node';

/** A broker to measure over. */
export interface Broker {
  readonly url: string;
  readonly version: string;
  /** CPU time it has had, in microseconds; undefined where it is not ours, or the system does not say. */
  cpuMicros(): number | undefined;
  stop(): Promise<void>;
}

/** The server of `NATS_URL`, or a nats-server of our own on loopback with a temporary store. */
export async function startBroker(): Promise<Broker> {
  const given = process.env.NATS_URL;
  if (given !== undefined) {
    return {
      url: given,
      version: await versionOf(given),
      cpuMicros: () => undefined,
      stop: () => Promise.resolve(),
    };
  }
  const server = await NatsServer.spawn();
  return {
    url: server.url,
    version: await versionOf(server.url),
    cpuMicros: () => cpuOf(server.pid),
    stop: () => server.stop(),
  };
}

async function versionOf(url: string): Promise<string> {
  const connection = await connect({ servers: url });
  const version = connection.info?.version ?? 'unknown';
  await connection.close();
  return version;
}

/** Linux counts in hundredths of a second. */
const TICK_MICROS = 10_000;

function cpuOf(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold spaces; user and system time are the 12th and 13th field after it.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * TICK_MICROS;
}
