import { setTimeout as pause } from 'node:timers/promises';
import { LOOPBACK, NatsServer, NatsServerCluster } from '@catga/servers';
import type { Leases } from '../node/leases.js';
import type { Broker, BrokerKind, BrokerStats } from './broker.js';
import type { EngineSettings } from './engine-settings.js';
import { NatsPermissions } from './nats-permissions.js';
import { areInStep, narrowStreams } from './nats-streams.js';
import { natsStats } from './nats-stats.js';

const SERVERS = 3;
/** For busy machines; a second or two on others. */
const IN_STEP_WITHIN_MS = 60_000;
const TRIES = 3;
const LOOK_EVERY_MS = 100;

/** One nats-server, or three that keep three copies. */
export class NatsBroker implements Broker {
  private lost = 0;

  private constructor(
    private readonly servers: readonly NatsServer[],
    readonly redeliveredAfterMs: number,
    private readonly permissions?: NatsPermissions,
  ) {}

  static async open(
    { ackWaitMs }: Leases,
    { isReplicated, hasPermissions }: BrokerKind,
  ): Promise<NatsBroker> {
    if (hasPermissions === true) {
      const permissions = new NatsPermissions();
      return new NatsBroker([await permissions.spawn()], ackWaitMs, permissions);
    }
    if (isReplicated !== true) return new NatsBroker([await NatsServer.spawn()], ackWaitMs);
    const { servers } = await NatsServerCluster.spawn(SERVERS);
    const broker = new NatsBroker(servers, ackWaitMs);
    if (!(await broker.isInStep())) throw new Error('The servers did not meet in time.');
    return broker;
  }

  get ports(): readonly number[] {
    return this.servers.map(({ port }) => port);
  }

  engineAt(ports: readonly number[], requestTimeoutMs: number): EngineSettings {
    return {
      name: 'nats',
      options: {
        servers: ports.map((port) => `nats://${this.permissions?.login ?? ''}${LOOPBACK}:${port}`),
        reconnect: { waitMs: 200, jitterMs: 100 },
        requestTimeoutMs,
        durable: { ackWaitMs: this.redeliveredAfterMs },
        ...(this.servers.length === SERVERS && { replicas: SERVERS }),
      },
    };
  }

  async kill(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
  }

  async start(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.start()));
  }

  pause(): void {
    for (const server of this.servers) server.pause();
  }

  resume(): void {
    for (const server of this.servers) server.resume();
  }

  empty(): void {
    for (const server of this.servers) server.empty();
  }

  /** Streams have their leaders on all servers, so that each has about as much to lose: one after the other. */
  async loseOne(awayMs: number): Promise<void> {
    const server = this.servers[this.lost++ % this.servers.length];
    await server?.kill();
    await pause(awayMs);
    await server?.start();
    for (let tries = 1; !(await this.isInStep()); tries++) {
      if (tries === TRIES) throw new Error('The servers did not meet in time.');
      // Beside a busy machine a restarted server may have routes over which nothing comes (nats-server 2.10).
      await server?.kill();
      await server?.start();
    }
  }

  fill(): Promise<void> {
    return narrowStreams(this.urls);
  }

  async permit(isEverything: boolean): Promise<void> {
    if (this.permissions === undefined) throw new Error('The server knows no permissions.');
    this.permissions.permit(isEverything);
  }

  stats(): Promise<BrokerStats> {
    return natsStats(this.urls);
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    this.permissions?.remove();
  }

  private get urls(): readonly string[] {
    return this.servers.map(({ url }) => url);
  }

  /** Whether all servers have everything, which is waited for. */
  private async isInStep(): Promise<boolean> {
    for (
      const startMs = performance.now();
      !(await areInStep(this.urls, SERVERS));
      await pause(LOOK_EVERY_MS)
    )
      if (performance.now() - startMs > IN_STEP_WITHIN_MS) return false;
    return true;
  }
}
