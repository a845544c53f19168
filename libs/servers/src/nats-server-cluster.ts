import { setTimeout as pause } from 'node:timers/promises';
import { freePort, LOOPBACK } from './free-port.js';
import { NatsServer } from './nats-server.js';

/** Response of a server's `/connz` endpoint. */
interface Connections {
  readonly connections?: readonly { readonly name?: string }[];
}

/** Response of a server's `/jsz` endpoint. */
interface Streams {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly { readonly name: string }[];
  }[];
}

/** JetStream's cluster in a server's `/jsz` endpoint: only its leader knows the others. */
interface MetaCluster {
  readonly meta_cluster?: {
    readonly replicas?: readonly { readonly current: boolean }[];
  };
}

/** Servers that have not met by then never do: JetStream has bootstrapped without one that started late (nats-server 2.10). */
const MEET_WITHIN_MS = 30_000;
const STARTS = 5;
const LOOK_EVERY_MS = 50;

/** Cluster of several nats-servers with routes on the loopback interface. */
export class NatsServerCluster {
  private constructor(
    readonly servers: readonly NatsServer[],
    private readonly monitorPorts: readonly number[],
  ) {}

  /** Starts the servers. Resolves once JetStream has a leader that knows all of them. */
  static async spawn(size = 3, args: readonly string[] = []): Promise<NatsServerCluster> {
    for (let start = 1; ; start++) {
      const cluster = await NatsServerCluster.start(size, args);
      if (await cluster.haveMet()) return cluster;
      await cluster.stop();
      if (start === STARTS)
        throw new Error(`${size} nats-servers did not form a cluster in ${STARTS} starts.`);
    }
  }

  private static async start(size: number, args: readonly string[]): Promise<NatsServerCluster> {
    const freePorts = (): Promise<number[]> => Promise.all(Array.from({ length: size }, () => freePort()));
    const [ports, monitorPorts] = [await freePorts(), await freePorts()];
    const routes = ports.map((port) => `nats-route://${LOOPBACK}:${port}`).join(',');
    const servers = await Promise.all(
      ports.map((port, index) => {
        const ownRoute = `nats://${LOOPBACK}:${port}`;
        const identity = ['--name', `server-${index + 1}`, '--cluster_name', 'catga'];
        const monitor = ['--http_port', String(monitorPorts[index])];
        return NatsServer.spawn([
          ...identity,
          ...monitor,
          '--cluster',
          ownRoute,
          '--routes',
          routes,
          // All routes are configured, and learned ones would be closed as duplicates; clients must not learn URLs that
          // bypass a proxy.
          '--no_advertise',
          ...args,
        ]);
      }),
    );
    return new NatsServerCluster(servers, monitorPorts);
  }

  /** Client URLs of the servers. */
  get urls(): readonly string[] {
    return this.servers.map(({ url }) => url);
  }

  /** Server that the client of this name is connected to. */
  async serverOf(clientName: string): Promise<NatsServer | undefined> {
    return this.find('connz', ({ connections = [] }: Connections) =>
      connections.some(({ name }) => name === clientName),
    );
  }

  /** Server that has a stream; the first of several. */
  async serverWith(stream: string): Promise<NatsServer | undefined> {
    return this.find('jsz?accounts=true&streams=true', ({ account_details: accounts = [] }: Streams) =>
      accounts.some(({ stream_detail: streams = [] }) => streams.some(({ name }) => name === stream)),
    );
  }

  /** Whether a leader of JetStream knows all servers, which is waited for. */
  private async haveMet(): Promise<boolean> {
    const others = this.servers.length - 1;
    const isLeader = ({ meta_cluster: meta }: MetaCluster): boolean =>
      meta?.replicas?.length === others && meta.replicas.every(({ current }) => current);
    for (const startMs = performance.now(); !(await this.find('jsz', isLeader)); await pause(LOOK_EVERY_MS))
      if (performance.now() - startMs > MEET_WITHIN_MS) return false;
    return true;
  }

  /** First server whose answer at an endpoint is as wanted. */
  private async find<T extends object>(
    endpoint: string,
    isWanted: (answer: T) => boolean,
  ): Promise<NatsServer | undefined> {
    for (const [index, server] of this.servers.entries()) {
      const answer = await fetch(`http://${LOOPBACK}:${this.monitorPorts[index]}/${endpoint}`).catch(
        () => undefined,
      );
      if (isWanted(((await answer?.json()) ?? {}) as T)) return server;
    }
    return undefined;
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}
