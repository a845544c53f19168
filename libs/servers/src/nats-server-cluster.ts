import { freePort, LOOPBACK } from './free-port.js';
import { NatsServer } from './nats-server.js';

/** What a server says of its clients. */
interface Connections {
  readonly connections?: readonly { readonly name?: string }[];
}

/** Several nats-servers that are one cluster: each reaches the others by routes on the loopback interface. */
export class NatsServerCluster {
  private constructor(
    readonly servers: readonly NatsServer[],
    private readonly monitorPorts: readonly number[],
  ) {}

  /** Starts them. Whether they have met, and chosen who keeps JetStream's records, shows when JetStream answers. */
  static async spawn(size = 3, args: readonly string[] = []): Promise<NatsServerCluster> {
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
          // Servers have all routes already, and learned ones are closed as duplicates; clients must not learn ways past a proxy.
          '--no_advertise',
          ...args,
        ]);
      }),
    );
    return new NatsServerCluster(servers, monitorPorts);
  }

  /** Where each of them listens. */
  get urls(): readonly string[] {
    return this.servers.map(({ url }) => url);
  }

  /** The server that a client of this name is connected to. */
  async serverOf(clientName: string): Promise<NatsServer | undefined> {
    for (const [index, server] of this.servers.entries()) {
      const answer = await fetch(`http://${LOOPBACK}:${this.monitorPorts[index]}/connz`).catch(
        () => undefined,
      );
      const { connections = [] } = ((await answer?.json()) ?? {}) as Connections;
      if (connections.some(({ name }) => name === clientName)) return server;
    }
    return undefined;
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}
