import { LOOPBACK, RedisServer } from '@catga/servers';
import type { Broker, BrokerKind, BrokerStats } from './broker.js';
import type { EngineSettings } from './engine-settings.js';
import { RedisPair } from './redis-pair.js';
import { limitMemory, permitNodes, redisStats } from './redis-stats.js';

/** What the engine says itself: a lease ends no sooner, however short heartbeats are. */
const LEASE_MS = 5000;
const NAME = 'chaos';
/** Who the nodes are to the server, where they have a user of their own. */
const NODES = 'nodes';

/** One redis-server that writes every change to its disk before it answers (`appendfsync always`), or two and a sentinel. */
export class RedisBroker implements Broker {
  readonly redeliveredAfterMs = LEASE_MS;

  private constructor(
    private readonly server: RedisServer,
    private readonly hasPermissions: boolean,
    private readonly pair?: RedisPair,
  ) {}

  static async open({ isReplicated, hasPermissions = false }: BrokerKind): Promise<RedisBroker> {
    const server = await RedisServer.spawn();
    if (hasPermissions) await permitNodes(server.port, NODES, true);
    return new RedisBroker(
      server,
      hasPermissions,
      isReplicated === true ? await RedisPair.open(server, NAME) : undefined,
    );
  }

  get ports(): readonly number[] {
    return this.pair?.ports ?? [this.server.port];
  }

  engineAt(ports: readonly number[], requestTimeoutMs: number): EngineSettings {
    const where =
      this.pair === undefined
        ? { url: `redis://${this.hasPermissions ? `${NODES}:${NODES}@` : ''}${LOOPBACK}:${ports[0]}` }
        : { connection: this.pair.connectionAt(ports) };
    return {
      name: 'redis',
      options: { ...where, reconnect: { waitMs: 50, maxWaitMs: 300 }, requestTimeoutMs },
    };
  }

  kill(): Promise<void> {
    return this.server.kill();
  }

  start(): Promise<void> {
    return this.server.start();
  }

  pause(): void {
    this.server.pause();
  }

  resume(): void {
    this.server.resume();
  }

  empty(): void {
    this.server.empty();
  }

  async loseOne(awayMs: number): Promise<void> {
    if (this.pair === undefined) throw new Error('There is one server only.');
    await this.pair.losePrimary(awayMs);
  }

  fill(): Promise<void> {
    return limitMemory(this.port);
  }

  async permit(isEverything: boolean): Promise<void> {
    if (!this.hasPermissions) throw new Error('The server knows no permissions.');
    await permitNodes(this.port, NODES, isEverything);
  }

  stats(): Promise<BrokerStats> {
    return redisStats(this.port);
  }

  async stop(): Promise<void> {
    await (this.pair ?? this.server).stop();
  }

  /** Of the server that takes writes. */
  private get port(): number {
    return (this.pair?.primary ?? this.server).port;
  }
}
