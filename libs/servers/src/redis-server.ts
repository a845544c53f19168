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
/** Log line of a server, or of a sentinel, that is ready. */
const IS_READY = /Ready to accept connections|Sentinel ID is/;

/** A redis-server on a free port of the loopback interface, which writes every change to disk before it answers. */
export class RedisServer {
  private process: ChildProcess | undefined;
  private output = '';

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
    private directory: string,
    private readonly sentinelSettings?: string,
  ) {}

  /** Client URL. */
  get url(): string {
    return `redis://${HOST}:${this.port}`;
  }

  /** Id of the running process, if any. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Starts a server that a test may stop and start. */
  static async spawn(args: readonly string[] = []): Promise<RedisServer> {
    const server = await RedisServer.prepare(args);
    await server.start();
    return server;
  }

  /** Allocates a port and a directory without starting the server. */
  static async prepare(args: readonly string[] = []): Promise<RedisServer> {
    return new RedisServer(await freePort(), args, newDirectory());
  }

  /** Starts a sentinel with this configuration file. */
  static async sentinel(settings: string): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), [], newDirectory(), settings);
    await server.start();
    return server;
  }

  /** Starts it with its stored data. */
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

  /** Kills it with SIGKILL; stored data stays. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Suspends it: connections stay open, but get no answers. */
  pause(): void {
    suspend(this.process);
  }

  resume(): void {
    this.process?.kill('SIGCONT');
  }

  /** Deletes all stored data; only while it is stopped. */
  empty(): void {
    rmSync(this.directory, { recursive: true, force: true });
    this.directory = newDirectory();
  }

  /** Stops it and removes its stored data. */
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
    child.kill('SIGCONT'); // A suspended process exits only after it continues.
    await exited;
  }
}

function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'catga-redis-store-'));
}
