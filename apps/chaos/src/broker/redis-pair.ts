import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RedisEngineOptions } from '@catga/redis';
import { LOOPBACK, RedisServer } from '@catga/servers';
import { Redis } from 'ioredis';

type Connection = NonNullable<RedisEngineOptions['connection']>;

const IN_STEP_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** A primary, a replica that takes over when it dies, and the sentinel that sees to it. */
export class RedisPair {
  private constructor(
    private readonly servers: readonly [RedisServer, RedisServer],
    private readonly sentinel: RedisServer,
    private readonly name: string,
    private readonly folder: string,
    /** The one that takes writes. */
    public primary: RedisServer,
  ) {}

  static async open(primary: RedisServer, name: string): Promise<RedisPair> {
    const replica = await RedisServer.spawn(['--replicaof', LOOPBACK, String(primary.port)]);
    const folder = mkdtempSync(join(tmpdir(), 'catga-chaos-sentinel-'));
    const settings = join(folder, 'sentinel.conf');
    await inStep(primary);
    const lines = [
      `monitor ${name} ${LOOPBACK} ${primary.port} 1`,
      `down-after-milliseconds ${name} 2500`,
      `failover-timeout ${name} 2000`,
    ];
    writeFileSync(settings, lines.map((line) => `sentinel ${line}\n`).join(''));
    const sentinel = await RedisServer.sentinel(settings);
    const pair = new RedisPair([primary, replica], sentinel, name, folder, primary);
    await until(() => asked(sentinel, async (client) => /slaves=1/.test(await client.info('sentinel'))));
    return pair;
  }

  get ports(): readonly number[] {
    return this.servers.map(({ port }) => port);
  }

  /** What ioredis is told: the sentinel, and where its servers are seen. */
  connectionAt(ports: readonly number[]): Connection {
    const seen = this.ports.map((port, at) => [
      `${LOOPBACK}:${port}`,
      { host: LOOPBACK, port: ports[at] ?? port },
    ]);
    return {
      sentinels: [{ host: LOOPBACK, port: this.sentinel.port }],
      name: this.name,
      natMap: Object.fromEntries(seen) as NonNullable<Connection['natMap']>,
    };
  }

  /** Kills the primary. The other takes over; the one that was killed comes back as its replica. */
  async losePrimary(awayMs: number): Promise<void> {
    const lost = this.primary;
    const [first, second] = this.servers;
    const other = lost === first ? second : first;
    await lost.kill();
    await until(() => asked(other, async (client) => /role:master/.test(await client.info('replication'))));
    this.primary = other;
    await pause(awayMs);
    await lost.start();
    // A sentinel tells it so too, after some ten seconds. Until then nobody is led to it.
    await asked(lost, (client) => client.replicaof(LOOPBACK, other.port));
    await inStep(other);
  }

  async stop(): Promise<void> {
    await Promise.all([this.sentinel, ...this.servers].map((server) => server.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function inStep(primary: RedisServer): Promise<void> {
  await until(() => asked(primary, async (client) => /state=online/.test(await client.info('replication'))));
}

async function asked<T>(server: RedisServer, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(server.port, LOOPBACK);
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const startMs = performance.now(); !(await condition()); await pause(LOOK_EVERY_MS)) {
    if (performance.now() - startMs > IN_STEP_WITHIN_MS)
      throw new Error('The servers were not in step in time.');
  }
}
