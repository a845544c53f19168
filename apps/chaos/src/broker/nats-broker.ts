import { setTimeout as pause } from 'node:timers/promises';
import { LOOPBACK, NatsServer, NatsServerCluster } from '@catga/servers';
import type { Broker, BrokerKind, BrokerStats } from './broker.js';
import type { EngineSettings } from './engine-settings.js';
import { NatsPermissions } from './nats-permissions.js';
import { areInStep, narrowStreams } from './nats-streams.js';
import { natsStats } from './nats-stats.js';

/** Shorter than the default, so that a run takes seconds. */
const ACK_WAIT_MS = 2000;
const SERVERS = 3;
const IN_STEP_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** One nats-server, or three that keep three copies. */
export class NatsBroker implements Broker {
  readonly redeliveredAfterMs = ACK_WAIT_MS;
  private lost = 0;

  private constructor(
    private readonly servers: readonly NatsServer[],
    private readonly permissions?: NatsPermissions,
  ) {}

  static async open({ isReplicated, hasPermissions }: BrokerKind): Promise<NatsBroker> {
    if (hasPermissions === true) {
      const permissions = new NatsPermissions();
      return new NatsBroker([await permissions.spawn()], permissions);
    }
    if (isReplicated !== true) return new NatsBroker([await NatsServer.spawn()]);
    const { servers } = await NatsServerCluster.spawn(SERVERS);
    const broker = new NatsBroker(servers);
    await broker.untilInStep();
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
        durable: { ackWaitMs: ACK_WAIT_MS },
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
    await this.untilInStep();
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

  private async untilInStep(): Promise<void> {
    for (
      const startMs = performance.now();
      !(await areInStep(this.urls, SERVERS));
      await pause(LOOK_EVERY_MS)
    ) {
      if (performance.now() - startMs > IN_STEP_WITHIN_MS)
        throw new Error('The servers did not meet in time.');
    }
  }
}
