import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedisServer } from './find-redis-server.js';
import { accepts, freePort, LOOPBACK as HOST } from './free-port.js';
import { suspend } from './suspend.js';

const STARTS_WITHIN_MS = 60_000;
/** What a server says, and a sentinel. */
const IS_READY = /Ready to accept connections|Sentinel ID is/;

/** A redis-server on a free port of the loopback interface, which writes every change down before it answers. */
export class RedisServer {
  private process: ChildProcess | undefined;
  private output = '';

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
    private directory: string,
    private readonly sentinelSettings?: string,
  ) {}

  /** Where it listens. */
  get url(): string {
    return `redis://${HOST}:${this.port}`;
  }

  /** The process that runs now, if one does. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** A server of our own, which a test may stop and start. */
  static async spawn(args: readonly string[] = []): Promise<RedisServer> {
    const server = await RedisServer.prepare(args);
    await server.start();
    return server;
  }

  /** A port and a directory, and nothing that listens yet. */
  static async prepare(args: readonly string[] = []): Promise<RedisServer> {
    return new RedisServer(await freePort(), args, newDirectory());
  }

  /** A sentinel, by its file of settings. */
  static async sentinel(settings: string): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), [], newDirectory(), settings);
    await server.start();
    return server;
  }

  /** Starts it, with what it wrote down. */
  async start(): Promise<void> {
    const place = ['--bind', HOST, '--port', String(this.port), '--dir', this.directory];
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
    const args =
      this.sentinelSettings === undefined
        ? [...place, ...durable, ...this.args]
        : [this.sentinelSettings, '--sentinel', ...place];
    this.output = '';
    const child = spawn(findRedisServer(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.process = child;
    const deadlineMs = Date.now() + STARTS_WITHIN_MS;
    while (!IS_READY.test(this.output)) {
      if (child.exitCode !== null || Date.now() > deadlineMs) {
        throw new Error(`redis-server did not start:\n${this.output}`);
      }
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
    while (!(await accepts(this.port))) {
      if (Date.now() > deadlineMs) throw new Error(`redis-server does not listen on ${this.port}.`);
    }
  }

  /** Ends it at once, as SIGKILL does; what it wrote down stays. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Lets it stand still: its connections stay open, and nothing is answered. */
  pause(): void {
    suspend(this.process);
  }

  resume(): void {
    this.process?.kill('SIGCONT');
  }

  /** Forgets all that was written down; only while it is stopped. */
  empty(): void {
    rmSync(this.directory, { recursive: true, force: true });
    this.directory = newDirectory();
  }

  /** Stops it and removes what it wrote down. */
  async stop(): Promise<void> {
    this.resume();
    await this.end('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { process: child } = this;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT'); // One that stands still ends when it goes on.
    await exited;
  }
}

function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'catga-redis-store-'));
}
